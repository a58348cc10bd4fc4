/** Hands a file to the browser's downloads. Page side only. */

/** Long enough for the browser to have taken hold of the bytes; the address only costs memory until then. */
const KEEP_ADDRESS_MS = 60_000;

export function saveAsDownload(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.hidden = true;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), KEEP_ADDRESS_MS);
}
