import type { KindOfLife, Life } from './life';

/** Then so much is in a sandbox that it is slow. */
const LIVES_OF_A_SANDBOX = 120;

/** Lives of a kind, one after the other, in as many sandboxes as they take. */
export class Lives {
  static async begin(kind: KindOfLife): Promise<Lives> {
    return new Lives(kind, await begun(kind));
  }

  private lived = 0;

  private constructor(
    private readonly kind: KindOfLife,
    private life: Life,
  ) {}

  /** What has lived in it before is no difference to the next life. */
  get current(): Life {
    return this.life;
  }

  /** Comes between two lives. */
  async turn(): Promise<void> {
    await this.life.clear();
    this.lived += 1;
    if (this.lived <= LIVES_OF_A_SANDBOX) return;
    await this.life.end();
    this.life = await begun(this.kind);
    this.lived = 1;
  }

  async end(): Promise<void> {
    await this.life.end();
  }
}

/** What is done for the first time, such as reading a secret, is in no life after it. */
async function begun(kind: KindOfLife): Promise<Life> {
  const life = await kind.begin();
  await life.live();
  await life.clear();
  return life;
}
