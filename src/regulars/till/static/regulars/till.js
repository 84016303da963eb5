/* The till: keypad, hand scanner, camera, and sales that wait for a connection. Everything but the
   last two works without it. */
(() => {
  "use strict";
  document.documentElement.classList.add("scripted");
  const KEPT = "regulars-till-queue", LAST = "regulars-till-cashier", UNSURE = "regulars-till-unsure";
  const body = document.body, data = body.dataset;

  /* keypad: digits come from the right, as on a till ------------------------------------------- */
  const point = (0.5).toLocaleString(document.documentElement.lang).replace(/\d/g, "") || ".";
  const places = new Intl.NumberFormat("en", { style: "currency", currency: data.currency || "EUR" }).resolvedOptions().maximumFractionDigits;

  const press = (field, key) => {
    if (field.id === "pin") {
      field.value = key === "back" ? field.value.slice(0, -1) : (field.value + key).slice(0, 8);
      return;
    }
    let digits = field.value.replace(/\D/g, "");
    digits = key === "back" ? digits.slice(0, -1) : (digits + key).slice(0, 9);
    digits = digits.replace(/^0+/, "");
    const filled = digits.padStart(places + 1, "0");
    field.value = digits && places ? filled.slice(0, -places) + point + filled.slice(-places) : digits;
    changed(field);
  };
  const changed = (field) => field.dispatchEvent(new Event("input", { bubbles: true }));

  document.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    if (!key) return;
    const field = document.getElementById(key.closest("[data-keys]").dataset.keys);
    if (field) press(field, key.dataset.key);
  });

  /* what the green button says is what is booked: not while the sum is being asked for ---------- */
  document.addEventListener("input", (event) => {
    if (event.target.id !== "amount") return;
    const book = document.getElementById("book");
    if (book) book.disabled = true;
    const hidden = document.getElementById("find-amount");
    if (hidden) hidden.value = event.target.value;
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-amount]"), amount = document.getElementById("amount");
    if (!link || !amount) return;
    const url = new URL(link.href);
    url.searchParams.set("a", amount.value);
    if (link.closest(".picks")) bought((name, value) => url.searchParams.set(name, value));
    link.href = url.href;
  });
  /* somebody else is meant: what was bought stays what it was */
  const bought = (put) => {
    const form = document.getElementById("sale"), told = form && new FormData(form);
    if (told?.get("c")) ["c", "n"].forEach((name) => told.has(name) && put(name, told.get(name)));
  };
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "find-form") return;
    bought((name, value) => { event.target.elements[name].value = value; });
  }, true);
  document.addEventListener("change", (event) => {
    const form = event.target.closest("#sale");
    if (form && event.target.name === "c") form.requestSubmit();
  });

  /* a hand scanner types fast and ends with Enter ------------------------------------------------ */
  let burst = "", at = 0, before = "";
  document.addEventListener("keydown", (event) => {
    const now = performance.now(), amount = document.getElementById("amount");
    if (now - at > 40) [burst, before] = ["", amount?.value];
    at = now;
    if (event.key.length === 1) burst += event.key;
    const field = document.getElementById("q");
    if (event.key !== "Enter" || burst.length < 6 || !field || event.target === field) return;
    event.preventDefault();
    if (event.target === amount) {
      amount.value = before;
      changed(amount);
    }
    find(burst);
  });
  const find = (text) => {
    const field = document.getElementById("q");
    field.value = text;
    field.form.requestSubmit();
  };

  /* the camera: read by the browser itself, or by a reader of ours that is loaded then ------------ */
  const LONGEST = 90 * 1000, WIDE = 720;
  const camera = document.getElementById("camera"), says = document.getElementById("camera-says");
  const reader = async () => {
    const own = window.BarcodeDetector;
    if (own && (await own.getSupportedFormats()).includes("qr_code")) {
      const detector = new own();
      return async (video) => (await detector.detect(video))[0]?.rawValue;
    }
    if (!window.regularsQr) await load(camera.parentElement.dataset.reader);
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d", { willReadFrequently: true });
    return (video) => {
      const scale = Math.min(1, WIDE / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      if (!canvas.width) return "";
      pen.drawImage(video, 0, 0, canvas.width, canvas.height);
      return window.regularsQr(pen.getImageData(0, 0, canvas.width, canvas.height));
    };
  };
  const load = (address) => new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
  const watch = async () => {
    const video = document.getElementById("video"), area = camera.parentElement;
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
    const stop = () => {
      stream.getTracks().forEach((track) => track.stop());
      area.classList.remove("on");
      video.hidden = true;
      camera.hidden = false;
    };
    try {
      const read = await reader(), ends = performance.now() + LONGEST;
      video.srcObject = stream;
      video.hidden = false;
      camera.hidden = true;
      area.classList.add("on");
      await video.play();
      area.scrollIntoView({ block: "nearest" });
      const look = async () => {
        if (!video.isConnected || performance.now() > ends) return stop();
        const text = await Promise.resolve(read(video)).catch(() => "");
        if (!text) return setTimeout(look, 120);
        stop();
        return find(text);
      };
      look();
    } catch (error) {
      stop();
      throw error;
    }
  };
  const REASONS = { NotAllowedError: "refused", NotFoundError: "missing", OverconstrainedError: "missing", NotReadableError: "busy" };
  const scan = () => {
    const told = camera.parentElement.dataset, tell = (why) => {
      says.hidden = false;
      says.querySelector("span").textContent = told[why];
    };
    says.hidden = true;
    if (!navigator.mediaDevices) return tell("https");
    return watch().catch((error) => tell(REASONS[error.name] || "failed"));
  };
  if (camera) {
    camera.addEventListener("click", scan);
    document.querySelector("[data-scan]")?.addEventListener("click", (event) => {
      if (document.getElementById("q").value.trim()) return;
      event.preventDefault();
      scan();
    });
    navigator.mediaDevices?.enumerateDevices().then((all) => {
      camera.parentElement.classList.toggle("ready", all.some((one) => one.kind === "videoinput"));
    }).catch(() => {});
  }

  /* sales that wait: kept on this device with time and key, each booked once ---------------------- */
  const kept = () => JSON.parse(localStorage.getItem(KEPT) || "[]");
  const keep = (sales) => { localStorage.setItem(KEPT, JSON.stringify(sales)); tell(); };
  const drop = (key) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = document.getElementById("kept").dataset.drop;
    button.addEventListener("click", () => {
      keep(kept().filter((one) => one.key !== key));
      online();
    });
    return button;
  };
  /* whom a sale is for, in words that tell it from the others and give no whole number away */
  const CARD = /^[0-9a-f-]{36}$/i;
  const plain = ({ who, name }, { card, number }) => {
    if (name) return name;
    if (CARD.test(who)) return card.replace("{n}", who.slice(-4));
    if (who.includes("@")) return `${who[0]}…${who.slice(who.indexOf("@"))}`;
    const digits = who.replace(/\D/g, "");
    return digits.length > 3 ? number.replace("{n}", digits.slice(-3)) : who;
  };
  const moment = (text) => {
    const at = new Date(text), today = at.toDateString() === new Date().toDateString();
    return at.toLocaleString(document.documentElement.lang, { ...(today ? {} : { weekday: "short" }), hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  };
  const what = document.getElementById("kept-what"), pieces = document.getElementById("kept-pieces");
  const goods = ({ category, quantity }) => {
    const named = category && [...(what?.options || [])].find((one) => one.value === category)?.text;
    return named && quantity > 1 ? `${named} × ${quantity}` : named || "";
  };
  const line = (text, name) => {
    const made = document.createElement("span");
    made.className = name;
    made.textContent = text;
    return made;
  };
  const tell = () => {
    const sales = kept(), chip = document.getElementById("sent"), table = document.getElementById("kept");
    if (chip) {
      chip.hidden = false;
      chip.className = sales.length ? "chip warn" : "chip good";
      const text = sales.length ? chip.dataset.waiting.replace("{n}", sales.length) : chip.dataset.sent;
      chip.querySelector("span").textContent = text;
      chip.title = sales.map((one) => one.message || "").filter(Boolean).join("\n");
    }
    if (!table) return;
    table.replaceChildren(...sales.slice().reverse().map((one) => {
      const row = document.createElement("tr");
      const more = [goods(one), one.message].filter(Boolean).map((text) => line(text, text === one.message ? "wrong" : "dim"));
      const sum = (one.amount_minor / 10 ** places).toLocaleString(document.documentElement.lang, { style: "currency", currency: data.currency });
      [moment(one.at), plain(one, table.dataset), sum].forEach((text, column) => {
        const cell = document.createElement("td");
        cell.textContent = text;
        if (column === 2) cell.className = "n";
        if (column === 1) cell.append(...more);
        row.append(cell);
      });
      if (one.message) row.lastChild.append(drop(one.key));
      return row;
    }));
  };
  /* a sale whose answer never came is kept under its own key: booked already or not, it counts once */
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("#go form:has(#book)")) return;
    const told = new FormData(event.target), alone = !told.has("u") && !told.has("v") && !Number(told.get("s"));
    if (alone) sessionStorage.setItem(UNSURE, JSON.stringify({
      who: told.get("m"), name: event.target.dataset.who, amount: told.get("a"), key: told.get("key"),
      category: told.get("c"), quantity: Number(told.get("n")),
    }));
    else sessionStorage.removeItem(UNSURE);
    if (navigator.onLine) return;
    event.preventDefault();
    if (navigator.serviceWorker?.controller) location.href = data.offline;
  });
  const form = document.getElementById("keep");
  const unsure = JSON.parse(sessionStorage.getItem(UNSURE) || "null");
  if (!form && data.cashier) sessionStorage.removeItem(UNSURE);
  const count = (wanted) => {
    if (!pieces) return 1;
    const now = Math.min(Math.max(wanted || 1, 1), Number(pieces.dataset.most));
    pieces.hidden = !what.value;
    pieces.querySelector("output").textContent = now;
    return what.value ? now : 1;
  };
  const counted = () => count(Number(pieces?.querySelector("output").textContent));
  what?.addEventListener("change", () => count(1));
  pieces?.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (step) count(counted() + Number(step.dataset.step));
  });
  /* a code is long and says nothing: whom it means is shown in its place */
  const meant = document.getElementById("kept-for"), typed = document.getElementById("kept-who");
  const show = (name) => {
    meant.hidden = !name;
    typed.closest("label").hidden = Boolean(name);
    meant.querySelector("b").textContent = name;
  };
  meant?.querySelector("button").addEventListener("click", () => {
    typed.value = "";
    show("");
    typed.focus();
  });
  typed?.addEventListener("input", () => {
    if (!CARD.test(typed.value.trim())) return;
    show(plain({ who: typed.value.trim() }, document.getElementById("kept").dataset));
    document.getElementById("amount").focus();
  });
  if (form && unsure) {
    typed.value = unsure.who;
    show(plain(unsure, document.getElementById("kept").dataset));
    document.getElementById("amount").value = unsure.amount;
    if (what && unsure.category) what.value = unsure.category;
    count(unsure.quantity);
    document.getElementById("unsure").hidden = false;
  }
  /* an amount in smallest units, as the desk reads it; NaN where it is none, or may be two */
  const minorOf = (text) => {
    const plain = text.replace(/[\s'’\p{Sc}\p{L}]/gu, "");
    let [, whole = "x", mark, sign, part = ""] = plain.match(/^((?!0)\d{1,3}([.,])\d{3}(?:\2\d{3})*|\d*)(?:([.,])(\d+))?$/) || [];
    if (mark && !sign && plain.length < 8 && mark === point) {
      if (places !== 3) return NaN;
      [whole, part] = plain.split(mark);
    }
    if ((mark && mark === sign) || part.length > places) return NaN;
    return Number(whole.replace(/[.,]/g, "")) * 10 ** places + Number(part.padEnd(places, "0"));
  };
  const clear = () => {
    form.reset();
    show("");
    count(1);
  };
  if (form) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const amount = document.getElementById("amount"), who = document.getElementById("kept-who");
      const minor = minorOf(amount.value);
      document.getElementById("kept-bad").hidden = Boolean(minor);
      if (!minor || !who.value.trim()) return;
      const again = unsure && unsure.who === who.value.trim() && unsure.amount === amount.value.trim();
      sessionStorage.removeItem(UNSURE);
      document.getElementById("unsure").hidden = true;
      if (again && kept().some((one) => one.key === unsure.key)) return clear();
      keep([...kept(), {
        key: again ? unsure.key : crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join(""),
        at: new Date().toISOString(), amount_minor: minor, who: who.value.trim(),
        cashier: localStorage.getItem(LAST) || "", category: what?.value || "", quantity: counted(),
        name: again ? unsure.name : "",
      }]);
      clear();
      who.focus();
    });
  }
  const AT_ONCE = 100, WAIT = 20 * 1000;
  const send = async () => {
    if (!kept().length || !data.queue || !navigator.onLine) return;
    const state = await fetch(data.state, { redirect: "error" });
    const { csrf } = await state.json();
    const sales = kept().map(({ message, name, ...sale }) => sale);
    for (let from = 0; from < sales.length; from += AT_ONCE) {
      const answer = await fetch(data.queue, {
        method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
        body: JSON.stringify({ sales: sales.slice(from, from + AT_ONCE) }),
      });
      if (!answer.ok) return;
      const became = new Map((await answer.json()).results.map((one) => [one.key, one]));
      keep(kept().filter((one) => !became.get(one.key)?.booked)
        .map((one) => ({ ...one, message: became.get(one.key)?.message ?? one.message })));
    }
  };
  /* the kept page goes back by itself as soon as somebody answers, unless something is being typed,
     or somebody came to see what could not be booked */
  const stuck = () => location.hash === "#waiting" && kept().some((one) => one.message);
  const back = async () => {
    const typed = document.getElementById("kept-who").value || document.getElementById("amount").value;
    if (typed || stuck() || !navigator.onLine) return;
    await fetch(data.desk, { method: "HEAD", redirect: "manual" });
    location.href = data.desk;
  };
  if (form && data.desk) setInterval(() => back().catch(() => {}), WAIT);
  if (data.cashier) localStorage.setItem(LAST, data.cashier);
  tell();
  /* nobody's data stays on the screen of a till that was left alone ----------------------------- */
  let lock = 0;
  const rest = () => {
    clearTimeout(lock);
    lock = setTimeout(() => { if (navigator.onLine) location.href = data.enter; }, 10 * 60 * 1000);
  };
  if (data.enter) {
    rest();
    ["keydown", "pointerdown"].forEach((kind) => addEventListener(kind, rest));
  }
  const banner = document.getElementById("offline-banner");
  const online = () => {
    if (banner) banner.hidden = navigator.onLine;
    const wrong = document.getElementById("stuck-banner"), off = document.getElementById("kept-banner");
    if (wrong) wrong.hidden = !(off.hidden = navigator.onLine && stuck());
    if (navigator.onLine) (form && data.desk ? back() : send()).catch(() => {});
  };
  addEventListener("online", online);
  addEventListener("offline", online);
  online();
  if ("serviceWorker" in navigator && data.cashier && window.isSecureContext) {
    navigator.serviceWorker.register(data.worker, { scope: "/till/" }).catch(() => {});
  }
})();
