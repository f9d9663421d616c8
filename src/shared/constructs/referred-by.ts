import { Reference, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The construct of the app that a value refers to, and is all of, in whichever stack it is. */
export function referredBy(value: string): IConstruct | undefined {
  const [token, ...others] = Tokenization.reverseString(value).tokens;
  return token && others.length === 0 && Reference.isReference(token) ? token.target : undefined;
}
