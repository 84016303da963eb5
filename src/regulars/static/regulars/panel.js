// The panel in a shop's page: Escape closes it from within, too. It tells nothing else to the page.
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && parent !== window) parent.postMessage("regulars:close", "*");
});
