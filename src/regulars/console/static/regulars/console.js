// The console's own script: everything here makes a page that works without it more pleasant.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");

  // Dialogs open modal: <button data-dialog="id">; [data-close] inside closes.
  // Copying: <button data-copy="#id" data-done="Copied">.
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const opener = target?.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      if (dialog instanceof HTMLDialogElement) {
        event.preventDefault();
        dialog.showModal();
      }
      return;
    }
    const closer = target?.closest("[data-close]");
    if (closer) {
      closer.closest("dialog")?.close();
      return;
    }
    const copier = target?.closest("[data-copy]");
    if (copier) copy(copier);
    const all = target?.closest("input[data-all]");
    if (all) chooseAll(all);
  });

  // Without https browsers let nobody copy: then the text is chosen, ready for the keyboard.
  async function copy(button) {
    const source = document.querySelector(button.dataset.copy);
    if (!source || "copied" in button.dataset) return;
    try {
      await navigator.clipboard.writeText((source.value ?? source.textContent).trim());
    } catch {
      if (source.select) source.select();
      else getSelection().selectAllChildren(source);
      return;
    }
    const before = [...button.childNodes];
    button.dataset.copied = "";
    button.replaceChildren(button.dataset.done);
    setTimeout(() => {
      button.replaceChildren(...before);
      delete button.dataset.copied;
    }, 2000);
  }

  // <input type="checkbox" data-all="name"> chooses all boxes of that name in its form or table.
  function chooseAll(box) {
    const scope = box.closest("form, table, section") || document;
    for (const other of scope.querySelectorAll(`input[type=checkbox][name="${CSS.escape(box.dataset.all)}"]`)) {
      other.checked = box.checked;
    }
  }

  // Filters send themselves: <form data-auto>.
  document.addEventListener("change", (event) => {
    const form = event.target instanceof Element && event.target.closest("form[data-auto]");
    if (form) form.requestSubmit();
  });

  // Charts: each .plot holds .hit columns whose <title> is the tooltip; arrow keys walk along them.
  function prepare(plot) {
    if (plot.dataset.ready) return;
    plot.dataset.ready = "1";
    const tip = document.createElement("output");
    tip.className = "tip";
    tip.hidden = true;
    plot.append(tip);
    plot.tabIndex = 0;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-label", plot.dataset.label || "");
    for (const hit of plot.querySelectorAll(".hit")) {
      const title = hit.querySelector("title");
      hit.dataset.tip = title ? title.textContent : "";
      title?.remove();
      hit.addEventListener("pointerenter", () => show(plot, tip, hit));
    }
    plot.addEventListener("pointerleave", () => hide(plot, tip));
    plot.addEventListener("blur", () => hide(plot, tip));
    plot.addEventListener("keydown", (event) => walk(plot, tip, event));
  }

  const visible = (plot) =>
    [...plot.querySelectorAll(".hit")].filter((hit) => hit.getClientRects().length);

  function walk(plot, tip, event) {
    const hits = visible(plot);
    const at = hits.findIndex((hit) => "on" in hit.dataset);
    const next = {
      ArrowRight: at < 0 ? 0 : Math.min(at + 1, hits.length - 1),
      ArrowLeft: at < 0 ? hits.length - 1 : Math.max(at - 1, 0),
      Home: 0,
      End: hits.length - 1,
    }[event.key];
    if (event.key === "Escape") hide(plot, tip);
    if (next === undefined || !hits.length) return;
    event.preventDefault();
    show(plot, tip, hits[next]);
  }

  function show(plot, tip, hit) {
    hide(plot, tip);
    hit.dataset.on = "";
    tip.textContent = hit.dataset.tip;
    tip.hidden = false;
    const box = hit.getBoundingClientRect();
    const frame = plot.getBoundingClientRect();
    const middle = box.left - frame.left + box.width / 2;
    const left = middle > frame.width / 2 ? middle - tip.offsetWidth - 12 : middle + 12;
    tip.style.left = `${Math.max(0, Math.min(left, frame.width - tip.offsetWidth))}px`;
    tip.style.top = `${Math.max(0, box.top - frame.top + 8)}px`;
  }

  function hide(plot, tip) {
    tip.hidden = true;
    for (const hit of plot.querySelectorAll(".hit[data-on]")) delete hit.dataset.on;
  }

  const start = () => document.querySelectorAll(".plot").forEach(prepare);
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:afterSettle", start);
})();
