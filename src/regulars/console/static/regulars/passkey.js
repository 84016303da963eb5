// Passkeys: <form data-passkey="create|get"> asks the browser before it is sent.
// The server's options lie in <script type="application/json" id="passkey-options">; the browser's
// answer goes into the field "credential" as JSON.
"use strict";
(() => {
  const form = document.querySelector("form[data-passkey]");
  const data = document.getElementById("passkey-options");
  if (!form || !data) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

  const ways = {
    async create({ creation_options: { publicKey } }) {
      const made = await navigator.credentials.create({
        publicKey: {
          ...publicKey,
          challenge: bytes(publicKey.challenge),
          user: { ...publicKey.user, id: bytes(publicKey.user.id) },
          excludeCredentials: keys(publicKey.excludeCredentials),
        },
      });
      return answer(made, ["clientDataJSON", "attestationObject"]);
    },
    async get({ request_options: { publicKey } }) {
      const shown = await navigator.credentials.get({
        publicKey: {
          ...publicKey,
          challenge: bytes(publicKey.challenge),
          allowCredentials: keys(publicKey.allowCredentials),
        },
      });
      return answer(shown, ["clientDataJSON", "authenticatorData", "signature", "userHandle"]);
    },
  };

  function answer(credential, names) {
    const response = {};
    for (const name of names) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  }

  function tell(problem) {
    for (const line of form.querySelectorAll("[data-problem]")) {
      line.hidden = line.dataset.problem !== problem;
    }
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const numbers = /^[\d.]+$|^\[/.test(location.hostname); // passkeys belong to names
    if (numbers || !window.PublicKeyCredential) return tell("missing");
    try {
      const credential = await ways[form.dataset.passkey](JSON.parse(data.textContent));
      form.elements.credential.value = JSON.stringify(credential);
    } catch {
      return tell("refused");
    }
    form.submit();
  });
})();
