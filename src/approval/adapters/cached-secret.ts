import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Clock } from '../../shared/domain/clock';

const MINUTE = 60_000;

/** How long a warm function may go on with what it has read. */
const KEPT_FOR_MILLISECONDS = 5 * MINUTE;

/** Anyone can send what asks for a refresh: it must not become a flood of reads. */
const BETWEEN_REFRESHES_MILLISECONDS = MINUTE;

/**
 * Anything signed before a rotation is on its way for no longer. The earlier value itself stays
 * until the next rotation, in months.
 */
const GRACE_MILLISECONDS = 15 * MINUTE;

interface Secret {
  readonly current: string;
  readonly previous?: { readonly value: string; readonly acceptedUntil: number };
}

/** A secret that is read once for many uses, and again where it could have been rotated. */
export class CachedSecret {
  private kept?: { readonly at: number; readonly secret: Secret };

  private reading?: Promise<Secret>;

  private lastReadAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly client: SecretsManagerClient,
    private readonly secretArn: string,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  async current(): Promise<string> {
    return (await this.secret()).current;
  }

  /** The current value, and shortly after a rotation the one before. */
  async accepted(): Promise<readonly string[]> {
    const { current, previous } = await this.secret();
    return previous && this.now() < previous.acceptedUntil ? [current, previous.value] : [current];
  }

  /** Reads it again, unless it was read within a minute. What is kept stays where that fails. */
  async refresh(): Promise<void> {
    if (this.reading || this.now() >= this.lastReadAt + BETWEEN_REFRESHES_MILLISECONDS) {
      await this.read();
    }
  }

  private async secret(): Promise<Secret> {
    if (this.kept && this.now() < this.kept.at + KEPT_FOR_MILLISECONDS) return this.kept.secret;
    return this.read();
  }

  private read(): Promise<Secret> {
    this.reading ??= this.load().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  private async load(): Promise<Secret> {
    const at = this.now();
    this.lastReadAt = at;
    const { text, createdAt } = await this.currentVersion();
    const acceptedUntil = (createdAt?.getTime() ?? Number.NEGATIVE_INFINITY) + GRACE_MILLISECONDS;
    const value = at < acceptedUntil ? await this.previousText() : undefined;
    const secret = { current: text, ...(value && { previous: { value, acceptedUntil } }) };
    this.kept = { at, secret };
    return secret;
  }

  private async currentVersion(): Promise<{ readonly text: string; readonly createdAt?: Date }> {
    const version = await this.version('AWSCURRENT');
    const text = version?.SecretString?.trim();
    if (text) return { text, createdAt: version?.CreatedDate };
    const found = version ? 'holds no text' : 'does not exist, or has no value yet';
    throw new Error(
      `The secret ${this.secretArn} ${found}. Put the value into the secret, as plain text, with "aws secretsmanager put-secret-value".`,
    );
  }

  private async previousText(): Promise<string | undefined> {
    return (await this.version('AWSPREVIOUS'))?.SecretString?.trim();
  }

  private async version(stage: string): Promise<GetSecretValueCommandOutput | undefined> {
    try {
      return await this.client.send(
        new GetSecretValueCommand({ SecretId: this.secretArn, VersionStage: stage }),
      );
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }

  private now(): number {
    return this.clock.now().getTime();
  }
}
