/** Words for the partition types of a GPT. */

export const STORAGE_SPACES_TYPE = 'e75caf8f-f680-4cee-afa3-b001e56efc2d';

const WORDS = new Map<string, string>([
  ['c12a7328-f81f-11d2-ba4b-00a0c93ec93b', 'EFI system'],
  ['e3c9e316-0b5c-4db8-817d-f92df00215ae', 'Microsoft reserved'],
  ['ebd0a0a2-b9e5-4433-87c0-68b6b72699c7', 'Basic data'],
  ['5808c8aa-7e8f-42e0-85d2-e1e90434cfb3', 'Windows dynamic disk metadata'],
  ['af9b60a0-1431-4f62-bc68-3311714a69ad', 'Windows dynamic disk data'],
  ['de94bba4-06d1-4d40-a16a-bfd50179d6ac', 'Windows recovery'],
  ['558d43c5-a1ac-43c0-aac8-d1472b2923d1', 'Storage replica'],
  [STORAGE_SPACES_TYPE, 'Storage Spaces'],
  ['024dee41-33e7-11d3-9d69-0008c781f39f', 'MBR partition scheme'],
  ['21686148-6449-6e6f-744e-656564454649', 'BIOS boot'],
  ['0fc63daf-8483-4772-8e79-3d69d8477de4', 'Linux'],
  ['4f68bce3-e8cd-4db1-96e7-fbcaf984b709', 'Linux root (x86-64)'],
  ['44479540-f297-41b2-9af7-d131d5f0458a', 'Linux root (x86)'],
  ['b921b045-1df0-41c3-af44-4c6f280d3fae', 'Linux root (ARM64)'],
  ['933ac7e1-2eb4-4f13-b844-0e14e2aef915', 'Linux home'],
  ['3b8f8425-20e0-4f3b-907f-1a25a76f98e8', 'Linux server data'],
  ['bc13c2ff-59e6-4262-a352-b275fd6f7172', 'Linux extended boot'],
  ['0657fd6d-a4ab-43c4-84e5-0933c84b4f4f', 'Linux swap'],
  ['e6d6d379-f507-44c2-a23c-238f2a3df928', 'Linux LVM'],
  ['a19d880f-05fc-4d3b-a006-743f0f84911e', 'Linux RAID'],
  ['ca7d7ccb-63ed-4c53-861c-1742536059cc', 'Linux LUKS'],
  ['8da63339-0007-60c0-c436-083ac8230908', 'Linux reserved'],
  ['48465300-0000-11aa-aa11-00306543ecac', 'Apple HFS or HFS+'],
  ['7c3457ef-0000-11aa-aa11-00306543ecac', 'Apple APFS'],
  ['53746f72-6167-11aa-aa11-00306543ecac', 'Apple Core Storage'],
  ['426f6f74-0000-11aa-aa11-00306543ecac', 'Apple boot'],
  ['83bd6b9d-7f41-11dc-be0b-001560b84f0f', 'FreeBSD boot'],
  ['516e7cb5-6ecf-11d6-8ff8-00022d09712b', 'FreeBSD swap'],
  ['516e7cb6-6ecf-11d6-8ff8-00022d09712b', 'FreeBSD UFS'],
  ['516e7cba-6ecf-11d6-8ff8-00022d09712b', 'FreeBSD ZFS'],
  ['6a898cc3-1dd2-11b2-99a6-080020736631', 'Solaris usr or Apple ZFS'],
  ['aa31e02a-400f-11db-9590-000c2911d1b8', 'VMware VMFS'],
]);

/** `typeCode` as its GUID is spelled, lower case. */
export function gptTypeText(typeCode: string): string {
  return WORDS.get(typeCode) ?? 'Unknown type';
}
