/** A browser without private storage, as far as a worker can tell. */
Reflect.deleteProperty(StorageManager.prototype, 'getDirectory');
