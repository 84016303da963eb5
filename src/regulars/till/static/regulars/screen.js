/* The screen with the code stays awake, where the browser lets it; the page asks for the next code by itself. */
(() => {
  "use strict";
  const awake = () => {
    if (document.visibilityState === "visible" && "wakeLock" in navigator) navigator.wakeLock.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", awake);
  awake();
})();
