/** What concerns the page and not the disks: a newer version that waits, whether it works offline, whether there is a network. */
export class Shell {
  /** Lets a newer version of the app in; null while there is none. */
  update: (() => void) | null = $state.raw(null);
  /** A service worker has the whole app. */
  worksOffline: boolean = $state.raw(false);
  online: boolean = $state.raw(true);

  constructor() {
    this.online = navigator.onLine;
    addEventListener('online', () => {
      this.online = true;
    });
    addEventListener('offline', () => {
      this.online = false;
    });
    if (import.meta.env.PROD && 'serviceWorker' in navigator) {
      void navigator.serviceWorker.ready.then(() => {
        this.worksOffline = true;
      });
    }
  }
}
