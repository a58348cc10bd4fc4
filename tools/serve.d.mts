export interface ServeOptions {
  folder: string;
  host?: string;
  port?: number;
  tries?: number;
  basePath?: string;
}
export function serve(options: ServeOptions): Promise<{ address: string; close(): Promise<void> }>;
export function fileFor(folder: string, basePath: string, url: string): string | null;
