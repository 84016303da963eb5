// A button in a shop's page that opens the panel of the loyalty programme:
//   <script src="https://club.example/static/regulars/widget.js" async></script>
// It opens by a tap only, asks no other host, and stays out of the page's own styles and names.
(() => {
  "use strict";
  const tag = document.currentScript;
  const home = new URL(tag.src).origin;
  const language = (document.documentElement.lang || navigator.language || "en").slice(0, 2);
  const words = {
    en: ["Your rewards", "Close"],
    de: ["Deine Prämien", "Schließen"],
    pl: ["Twoje nagrody", "Zamknij"],
    ro: ["Recompensele tale", "Închide"],
  };
  const [label, close] = words[language] || words.en;
  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial; position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; }
    button { min-height: 52px; padding: 8px 20px; border: 0; border-radius: 99px; background: #1f6f54;
      color: #fff; font: 600 16px/1.2 system-ui, sans-serif; box-shadow: 0 4px 18px rgb(0 0 0 / .25);
      cursor: pointer; }
    button:focus-visible { outline: 3px solid #1f6f54; outline-offset: 3px; }
    .panel { position: fixed; right: 16px; bottom: 80px; width: 364px; height: min(520px, 70vh);
      border-radius: 18px; overflow: hidden; background: #fff; box-shadow: 0 10px 40px rgb(0 0 0 / .25); }
    .panel[hidden] { display: none; }
    iframe { width: 100%; height: 100%; border: 0; }
    @media (max-width: 640px) { .panel { left: 0; right: 0; bottom: 76px; width: 100%; border-radius: 18px 18px 0 0; } }
  `);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.setAttribute("aria-expanded", "false");
  const panel = document.createElement("div");
  panel.className = "panel";
  panel.hidden = true;
  root.append(panel, button);

  const show = (open) => {
    if (open && !panel.firstChild) {
      const frame = document.createElement("iframe");
      frame.title = label;
      frame.src = `${home}/panel/?lang=${encodeURIComponent(language)}`;
      panel.append(frame);
    }
    panel.hidden = !open;
    button.textContent = open ? close : label;
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(panel.hidden));
  const leave = () => {
    if (panel.hidden) return;
    show(false);
    button.focus();
  };
  document.addEventListener("keydown", (event) => event.key === "Escape" && leave());
  addEventListener("message", (event) => event.origin === home && event.data === "regulars:close" && leave());
  const add = () => document.body.append(host);
  if (document.body) add();
  else document.addEventListener("DOMContentLoaded", add);
})();
