/** Checks bytes, plans their repair, applies it and checks again: what every test of repairs does. */
import { expect } from 'vitest';
import { checkFile } from '../../../../src/check/checkFile.ts';
import type { CheckContext } from '../../../../src/check/fileCheck.ts';
import { patchOf, planRepair } from '../../../../src/check/repair/planRepair.ts';
import type { RepairPlan } from '../../../../src/check/repair/repairPlan.ts';
import { loadCore } from '../../../../src/core/loadCoreNode.ts';
import type { Finding } from '../../../../src/formats/finding.ts';
import { openImage } from '../../../../src/formats/openImage.ts';
import type { CreateParent } from '../../../../src/formats/vhd/create.ts';
import { MemoryFile } from '../../../../src/storage/memoryFile.ts';
import type { RandomAccessFile } from '../../../../src/storage/randomAccessFile.ts';
import { appliedPatch } from '../../../support/patches.ts';

const core = loadCore();

export async function checkContext(): Promise<CheckContext> {
  return { module: await core, now: new Date('2026-06-01T00:00:00Z') };
}

export interface Asked {
  readonly choices?: Readonly<Record<string, string>>;
  readonly parent?: CreateParent | null;
}

export async function plannedFor(file: RandomAccessFile, asked: Asked = {}) {
  const context = await checkContext();
  const content = await openImage(file);
  const check = await checkFile(content, context);
  const { choices = {}, parent = null } = asked;
  return { check, plan: await planRepair(content, check, { context, choices, parent }) };
}

export interface Repaired {
  readonly plan: RepairPlan;
  readonly bytes: Uint8Array;
  readonly before: readonly Finding[];
  /** What a check finds afterwards. */
  readonly after: readonly Finding[];
}

export async function repaired(bytes: Uint8Array, asked: Asked = {}, name = 'test.vhd'): Promise<Repaired> {
  const { check, plan } = await plannedFor(MemoryFile.of(name, bytes, 'read-only'), asked);
  const mended = appliedPatch(bytes, patchOf(plan));
  const after = await checkFile(
    await openImage(MemoryFile.of(name, mended, 'read-only')),
    await checkContext(),
  );
  return { plan, bytes: mended, before: check.findings, after: after.findings };
}

/** `toEqual` for many bytes, with the first that differs. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  expect({ firstDifference: at, length: actual.length }).toEqual({
    firstDifference: -1,
    length: expected.length,
  });
}

/** Rules of what is more than a note. */
export function troubles(findings: readonly Finding[]): string[] {
  return rulesOf(findings.filter(({ severity }) => severity !== 'note'));
}

export function rulesOf(findings: readonly { readonly rule: string }[]): string[] {
  return [...new Set(findings.map(({ rule }) => rule))].sort();
}
