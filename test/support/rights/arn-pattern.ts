/** Patterns as policies have them: `*` stands for any characters, `?` for one. */

export function covers(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

/** What stands between the colons of an ARN; the last one may have colons of its own. */
const ARN_PARTS = 6;

/** Stands for any characters of one name, in a format. */
const NAME = '\u0001';

/** Names that may have a slash in them. */
const PATH = /^(\w+WithPath|ParameterName\w*|SecretId|LogGroupName|ObjectName)$/;

/**
 * Whether a policy's pattern covers any resource of a type, by the format that its ARNs have in
 * AWS's reference: `arn:${Partition}:sns:${Region}:…`. Wildcards end with the part of the ARN.
 */
export function canMean(pattern: string, arnFormat: string): boolean {
  if (pattern === '*') return true;
  const format = arnFormat.replace(/\$\{(\w+)\}/g, (_, name) => (PATH.test(name) ? '*' : NAME));
  const [parts, formatParts] = [partsOf(pattern), partsOf(format)];
  return parts.every((part, index) => overlap(part, formatParts[index] ?? ''));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}

/** Whether there is a text that both cover. */
function overlap(pattern: string, format: string): boolean {
  if (pattern.startsWith('*')) {
    return (
      overlap(pattern.slice(1), format) || (format !== '' && overlap(pattern, format.slice(1)))
    );
  }
  if (format.startsWith('*') || format.startsWith(NAME)) {
    const isTaken = pattern !== '' && (format.startsWith('*') || !/^[/:]/.test(pattern));
    return overlap(pattern, format.slice(1)) || (isTaken && overlap(pattern.slice(1), format));
  }
  if (pattern === '' || format === '') return pattern === format;
  const isAlike = pattern[0] === format[0] || pattern.startsWith('?');
  return isAlike && overlap(pattern.slice(1), format.slice(1));
}
