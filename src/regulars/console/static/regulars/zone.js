// Chooses the browser's time zone where nobody chose one yet; the currency goes with the country
// until somebody chooses one by hand, and so does the zone where the browser knows none.
"use strict";
(() => {
  const choice = document.querySelector("select[name=zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const has = (select, value) => select && [...select.options].some((one) => one.value === value);
  if (has(choice, zone) && choice.value === "UTC") choice.value = zone;

  const region = document.querySelector("select[data-currencies]");
  const currency = document.querySelector("select[name=currency]");
  if (!region || !currency) return;
  const usual = (list) => Object.fromEntries(list.split(" ").map((pair) => pair.split("=")));
  const follow = (select, values, own) => {
    let chosen = own;
    select.addEventListener("change", () => { chosen = true; });
    const go = () => {
      if (!chosen && has(select, values[region.value])) select.value = values[region.value];
    };
    region.addEventListener("change", go);
    go();
  };
  const money = usual(region.dataset.currencies);
  follow(currency, money, currency.value !== money[region.value]);
  if (choice) follow(choice, usual(region.dataset.zones), choice.value !== "UTC");
})();
