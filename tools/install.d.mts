export const ROOT: string;
export type LockedPackages = Record<string, { version?: string; optional?: boolean; link?: boolean }>;
export function whyStale(wanted: LockedPackages, installed: LockedPackages | null): string | null;
export function ensureInstalled(): void;
