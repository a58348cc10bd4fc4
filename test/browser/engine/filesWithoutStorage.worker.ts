/** The worker that reads file systems, where there is no private storage. */
import './removeStorage.ts';
import '../../../src/engine/filesWorker.ts';
