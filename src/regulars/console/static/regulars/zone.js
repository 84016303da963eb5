// Chooses the browser's time zone where nobody chose one yet.
"use strict";
(() => {
  const choice = document.querySelector("select[name=zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = choice && [...choice.options].some((option) => option.value === zone);
  if (known && choice.value === "UTC") choice.value = zone;
})();
