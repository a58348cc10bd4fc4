/** Rows of every rule but those about blocks. */
import { footerRows } from './footerRows.ts';
import { headerRows } from './headerRows.ts';
import { linkRows } from './linkRows.ts';
import { locatorRows } from './locatorRows.ts';
import type { RuleRow } from './ruleRow.ts';

export const structureRows: readonly RuleRow[] = [...footerRows, ...headerRows, ...locatorRows, ...linkRows];
