export interface FoundBrowser {
  executablePath: string;
  /** Variables that the program needs beside the usual ones. */
  env: Record<string, string>;
  source: 'LAB_CHROMIUM' | 'installed' | 'bundled';
}
export const ARGS: string[];
export function findBrowser(): FoundBrowser;
export function findFirefox(): string | undefined;
