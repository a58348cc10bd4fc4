/** Lets the app run without a network on later visits, and tells when a newer version waits. */

/**
 * Registers the service worker of the built app; does nothing in development or where there are none.
 * `onUpdateReady` gets a function that lets the newer version in and reloads the page.
 */
export async function registerServiceWorker(onUpdateReady: (reload: () => void) => void): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  let registration: ServiceWorkerRegistration;
  try {
    registration = await serviceWorker.register(new URL('./sw.js', document.baseURI));
  } catch {
    // A browser set to keep nothing refuses: then every visit needs the network, and nothing else is lost.
    return;
  }
  const offer = (waiting: ServiceWorker) => {
    // Without a controller this is the first visit: nothing older runs that would have to be replaced.
    if (!serviceWorker.controller) return;
    onUpdateReady(() => {
      serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
      waiting.postMessage('skip-waiting');
    });
  };
  if (registration.waiting) offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed') offer(installing);
    });
  });
}
