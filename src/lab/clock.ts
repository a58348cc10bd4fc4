/**
 * Simulated time. There is one drive, and it does one thing after another: whoever asks waits until it is free. What
 * something costs is what its requests cost the drive.
 */
export class LabClock {
  /** Everything before it has happened. */
  nowUs: number;
  /** When the drive has done all that it was asked for. */
  driveFreeUs: number;

  constructor(
    private readonly takeBusyUs: () => number,
    nowUs = 0,
    driveFreeUs = nowUs,
  ) {
    this.nowUs = nowUs;
    this.driveFreeUs = driveFreeUs;
  }

  /** Asked at `fromUs`; resolves to when it was done, and what it came to. */
  async run<T>(
    fromUs: number,
    work: () => Promise<T>,
  ): Promise<{ readonly value: T; readonly endUs: number }> {
    this.forget();
    try {
      const value = await work();
      return { value, endUs: this.spend(fromUs) };
    } catch (error) {
      this.spend(fromUs);
      throw error;
    }
  }

  /** Something that everybody waits for: time goes on to its end. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    const { value, endUs } = await this.run(this.nowUs, work).catch((error: unknown) => {
      this.nowUs = Math.max(this.nowUs, this.driveFreeUs);
      throw error;
    });
    this.nowUs = Math.max(this.nowUs, endUs);
    return value;
  }

  /** What was asked of the drive until now took no time of the lab's. */
  forget(): void {
    this.takeBusyUs();
  }

  private spend(fromUs: number): number {
    const costUs = this.takeBusyUs();
    if (costUs > 0) this.driveFreeUs = Math.max(fromUs, this.driveFreeUs) + costUs;
    return costUs > 0 ? this.driveFreeUs : fromUs;
  }
}
