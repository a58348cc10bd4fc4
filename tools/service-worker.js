// Serves the app without a network. The build fills in VERSION (a hash of all files) and FILES. Cache first: a file's
// content belongs to one version, so what is in the cache is right. A new version waits until the page lets it in.
const VERSION = 'VERSION';
const FILES = ['FILES'];

// Another Disklab may be served from the same origin under another path: each keeps to its own caches.
const PREFIX = `disklab ${self.registration.scope} `;
const CACHE = PREFIX + VERSION;

self.addEventListener('install', (event) => event.waitUntil(fill()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('message', (event) => {
  if (event.data === 'skip-waiting') self.skipWaiting();
});
self.addEventListener('fetch', (event) => {
  const wanted = wantedFile(event.request);
  if (wanted !== null) event.respondWith(answer(event.request, wanted));
});

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })));
}

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

/** The cached address that a request means; null: none of ours. */
function wantedFile({ method, url }) {
  const { scope } = self.registration;
  const address = url.split(/[?#]/, 1)[0];
  if (method !== 'GET' || !address.startsWith(scope)) return null;
  return address === `${scope}index.html` ? scope : address;
}

async function answer(request, wanted) {
  const cache = await caches.open(CACHE);
  return (await cache.match(wanted, { ignoreVary: true })) ?? fetch(request);
}
