import { createHash } from 'node:crypto';
import { GenerateMacCommand, type KMSClient, VerifyMacCommand } from '@aws-sdk/client-kms';

const ALGORITHM = 'HMAC_SHA_256';

/** 32 bytes in base64. */
const MAC = /^[A-Za-z0-9+/]{43}=$/;

/** Signs what people decided, by a key that never leaves KMS; who may verify cannot sign. */
export class KmsSigner {
  constructor(
    private readonly client: KMSClient,
    private readonly keyArn: string,
  ) {}

  /** The MAC in base64. */
  async sign(statement: string): Promise<string> {
    const { Mac: mac } = await this.client.send(
      new GenerateMacCommand({
        KeyId: this.keyArn,
        MacAlgorithm: ALGORITHM,
        Message: digestOf(statement),
      }),
    );
    if (!mac) throw new Error(`KMS made no MAC with the key ${this.keyArn}.`);
    return Buffer.from(mac).toString('base64');
  }

  /** Whether the key has signed the statement. Throws where KMS does not say. */
  async verify(statement: string, mac: string): Promise<boolean> {
    if (!MAC.test(mac)) return false;
    try {
      const { MacValid: isValid } = await this.client.send(
        new VerifyMacCommand({
          KeyId: this.keyArn,
          MacAlgorithm: ALGORITHM,
          Message: digestOf(statement),
          Mac: Buffer.from(mac, 'base64'),
        }),
      );
      return isValid === true;
    } catch (error) {
      if (error instanceof Error && error.name === 'KMSInvalidMacException') return false;
      throw error;
    }
  }
}

/** KMS takes 4 KB at the most. */
function digestOf(statement: string): Uint8Array {
  return createHash('sha256').update(statement, 'utf8').digest();
}
