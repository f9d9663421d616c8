import { Reference, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The construct of the app that a value refers to, in whichever stack it is. */
export function referredBy(value: string): IConstruct | undefined {
  const { firstToken } = Tokenization.reverseString(value);
  return Reference.isReference(firstToken) ? firstToken.target : undefined;
}
