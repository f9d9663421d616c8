import { Reference, Tokenization } from 'aws-cdk-lib';

/**
 * The text for an error at synth: in place of ids that only the deployment makes, the constructs
 * that they will be of.
 */
export function readableText(text: string): string {
  return Tokenization.reverseString(text)
    .mapTokens({
      mapToken: (token) =>
        Reference.isReference(token) ? token.target.node.path : '(known at deployment)',
    })
    .join({ join: (left, right) => `${left ?? ''}${right ?? ''}` });
}
