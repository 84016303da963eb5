// Chooses the browser's time zone where nobody chose one yet; the currency goes with the country
// until somebody chooses one by hand.
"use strict";
(() => {
  const choice = document.querySelector("select[name=zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const has = (select, value) => select && [...select.options].some((one) => one.value === value);
  if (has(choice, zone) && choice.value === "UTC") choice.value = zone;

  const region = document.querySelector("select[data-currencies]");
  const currency = document.querySelector("select[name=currency]");
  if (!region || !currency) return;
  const pairs = region.dataset.currencies.split(" ").map((pair) => pair.split("="));
  const usual = Object.fromEntries(pairs);
  let own = currency.value !== usual[region.value];
  currency.addEventListener("change", () => { own = true; });
  region.addEventListener("change", () => {
    if (!own && has(currency, usual[region.value])) currency.value = usual[region.value];
  });
})();
