export const SEVEN_ZIP_PACKAGE: string;
export const SEVEN_ZIP_FOLDER: string;
export const SEVEN_ZIP_PROGRAM: readonly string[];
export const SEVEN_ZIP_TEXTS: readonly string[];
export const LGPL_FILE: string;
export const SEVEN_ZIP_PARTS: readonly { readonly name: string; readonly from: string }[];
export function copySevenZip(folder: string): void;
