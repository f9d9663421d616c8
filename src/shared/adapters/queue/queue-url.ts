/**
 * The URL of the queue that a message came from: URL and ARN both end with its name. Throws where
 * it is none of the known ones.
 */
export function queueUrlOf(queueArn: string, queueUrls: readonly string[]): string {
  const name = queueArn.split(':').at(-1);
  const found = queueUrls.find((url) => url.split('/').at(-1) === name);
  if (found) return found;
  throw new Error(
    `A message came from the queue ${queueArn}, which is none of ${queueUrls.join(', ')}. Deploy the stack again.`,
  );
}
