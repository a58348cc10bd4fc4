/** `folder/base.vhd` → `base merge report.txt` */
export function reportName(survivor: string): string {
  const name = survivor.slice(survivor.lastIndexOf('/') + 1);
  return `${name.replace(/\.[^.]{1,5}$/, '') || 'disk'} merge report.txt`;
}
