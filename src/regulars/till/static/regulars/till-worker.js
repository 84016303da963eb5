/* Keeps one page of the till, which names nobody, for times without a connection. */
"use strict";
const STORE = "regulars-till-1", OFFLINE = "/till/offline/";

const keepAll = async () => {
  const store = await caches.open(STORE);
  const answer = await fetch(OFFLINE, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Error("not a till");
  const text = await answer.clone().text();
  await store.put(OFFLINE, answer);
  const files = [...text.matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)].map((found) => found[1]);
  await store.addAll([...new Set([...files, "/static/regulars/till.svg"])]);
};
self.addEventListener("install", (event) => { event.waitUntil(keepAll().then(() => self.skipWaiting())); });
self.addEventListener("activate", (event) => { event.waitUntil(self.clients.claim()); });
self.addEventListener("fetch", (event) => {
  const request = event.request, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(fetch(request).catch(() => caches.match(request, { ignoreSearch: true })));
  }
});
