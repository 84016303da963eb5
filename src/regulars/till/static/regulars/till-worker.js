/* Keeps one page of the till, which names nobody, for times without a connection. */
"use strict";
const STORE = "regulars-till-1", OFFLINE = "/till/offline/", FRESH = 3600 * 1000;
let kept = 0;

const keepAll = async () => {
  const store = await caches.open(STORE);
  const answer = await fetch(OFFLINE, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Error("not a till");
  const text = await answer.clone().text();
  await store.put(OFFLINE, answer);
  const files = [...text.matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)].map((found) => found[1]);
  await store.addAll([...new Set([...files, "/static/regulars/till.svg"])]);
  kept = Date.now();
};
/* what is kept is that of today's version: taken anew while there is a connection */
const renew = (answer) => (answer.ok && Date.now() - kept > FRESH ? keepAll().catch(() => {}) : undefined);
self.addEventListener("install", (event) => { event.waitUntil(keepAll().then(() => self.skipWaiting())); });
self.addEventListener("activate", (event) => { event.waitUntil(self.clients.claim()); });
self.addEventListener("fetch", (event) => {
  const request = event.request, url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    const answer = fetch(request);
    event.respondWith(answer.catch(() => caches.match(OFFLINE)));
    event.waitUntil(answer.then(renew, () => {}));
  } else if (request.method !== "GET") {
    return;
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(fetch(request).catch(() => caches.match(request, { ignoreSearch: true })));
  }
});
