{% load static %}// The service worker: static files come from the browser's own store, and a page that cannot be fetched becomes one that
// says so. Nothing else is touched or kept: neither media, nor the API, nor pages. Push messages become notifications.

// The version is part of the static files' address: a new version is a new store, and never mixed with the old one.
const STATIC = "{{ static|escapejs }}";
const STORE = `eyrie ${STATIC}`;
const OFFLINE = "{% url 'offline' %}";
const KEPT = [
  OFFLINE, "{% static 'webapp/css/tokens.css' %}", "{% static 'webapp/css/base.css' %}", "{% static 'webapp/css/components.css' %}",
  "{% static 'webapp/eyrie.svg' %}", "{% static 'webapp/js/offline.js' %}",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(KEPT)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const others = caches.keys().then((names) => Promise.all(names.filter((name) => name !== STORE).map((name) => caches.delete(name))));
  event.waitUntil(others.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event, { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith(STATIC)) event.respondWith(kept(request));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
});

// A push message is JSON: title, body, url (a path of the portal) and tag, by which one that comes again replaces itself.
self.addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data?.json() ?? { title: "Eyrie" };
  event.waitUntil(self.registration.showNotification(title, { body, tag, data: { url }, icon: "{% static 'webapp/icons/eyrie-192.png' %}" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(opened(new URL(event.notification.data?.url ?? "/", location.origin)));
});

async function opened(url) {
  if (url.origin !== location.origin) return;
  const [open] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  if (open) await open.focus().then((window) => window.navigate(url.href)).catch(() => self.clients.openWindow(url.href));
  else await self.clients.openWindow(url.href);
}

async function kept(request) {
  const store = await caches.open(STORE), found = await store.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.status === 200) await store.put(request, answer.clone());
  return answer;
}
