import { differencesOf } from './differences';
import type { EndState, KindOfLife, Life } from './life';

/** Then so much is in a sandbox that it is slow. */
const LIVES_OF_A_SANDBOX = 120;

interface Begun {
  readonly life: Life;
  /** What its first life has left, which no one has disturbed. */
  readonly state: EndState;
}

/** Lives of a kind, one after the other, in as many sandboxes as they take. */
export class Lives {
  static async begin(kind: KindOfLife): Promise<Lives> {
    return new Lives(kind, await begun(kind));
  }

  private lived = 0;
  private life: Life;
  private readonly firstState: EndState;

  private constructor(
    private readonly kind: KindOfLife,
    { life, state }: Begun,
  ) {
    this.life = life;
    this.firstState = state;
  }

  /** What has lived in it before is no difference to the next life. */
  get current(): Life {
    return this.life;
  }

  /** Comes between two lives. Throws where a life in another sandbox is another by itself. */
  async turn(): Promise<void> {
    await this.life.clear();
    this.lived += 1;
    if (this.lived <= LIVES_OF_A_SANDBOX) return;
    await this.life.end();
    const { life, state } = await begun(this.kind);
    this.life = life;
    this.lived = 1;
    const differences = differencesOf(state, this.firstState);
    if (differences.length > 0) {
      throw new Error(
        `In a new sandbox, ${this.kind.name} ends otherwise: ${differences.join('; ')}`,
      );
    }
  }

  async end(): Promise<void> {
    await this.life.end();
  }
}

/** What is done for the first time, such as reading a secret, is in no life after it. */
async function begun(kind: KindOfLife): Promise<Begun> {
  const life = await kind.begin();
  const state = await life.live();
  await life.clear();
  return { life, state };
}
