// Sending a file: says how far it is, and refuses too large ones before they travel. Without this
// script the form sends itself. The drop needs no script: browsers take files on a file field.
"use strict";
(() => {
  const form = document.querySelector("form[data-upload]");
  if (!form) return;
  const field = form.querySelector("input[type=file]");
  const error = document.getElementById("file-err");
  const sending = form.querySelector("[data-sending]");
  const bar = sending.querySelector("progress");
  const button = form.querySelector("button[type=submit]");

  function tell(text) {
    error.textContent = text;
    error.hidden = !text;
  }

  field.addEventListener("change", () => {
    const file = field.files[0];
    const tooBig = file && file.size > Number(form.dataset.most);
    tell(tooBig ? form.dataset.tooBig : "");
    button.disabled = Boolean(tooBig);
  });

  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, () => form.classList.add("dragged"));
  }
  for (const kind of ["dragleave", "drop"]) {
    form.addEventListener(kind, () => form.classList.remove("dragged"));
  }

  form.addEventListener("submit", (event) => {
    if (!field.files.length) return;
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.upload.addEventListener("progress", (progress) => {
      if (progress.lengthComputable) bar.value = (100 * progress.loaded) / progress.total;
    });
    request.addEventListener("load", () => arrived(request));
    request.addEventListener("error", () => form.submit());
    sending.hidden = false;
    button.disabled = true;
    request.send(new FormData(form));
  });

  // A redirect was followed: go where it led. Anything else is the page to show.
  function arrived(request) {
    if (request.status < 400 && request.responseURL !== location.href) {
      location.assign(request.responseURL);
      return;
    }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const main = page.querySelector("main");
    if (main) document.querySelector("main").replaceWith(main);
    else tell(form.dataset.tooBig);
    sending.hidden = true;
  }
})();
