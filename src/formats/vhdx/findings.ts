/** The rules for VHDX files. */
import { findingsOf, type Rule } from '../finding.ts';

export type VhdxRule = 'vhdx-not-supported' | 'vhdx-header-invalid';

export const VHDX_RULES: Readonly<Record<VhdxRule, Rule>> = {
  'vhdx-not-supported': {
    severity: 'error',
    code: null,
    meaning: 'The file is a VHDX. This version reads VHD and raw disks, so nothing in it was touched.',
    remedy: 'Convert it to VHD (Hyper-V: Convert-VHD) to look into it here.',
  },
  'vhdx-header-invalid': {
    severity: 'error',
    code: '0xC03A0008',
    meaning: 'Of the two headers at least one must be whole.',
    remedy: 'Copy the file again from where it came from.',
  },
};

export const vhdxFinding = findingsOf<VhdxRule>(VHDX_RULES);
