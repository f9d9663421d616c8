/** Patterns as policies have them: `*` stands for any characters, `?` for one. */

export function covers(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}

/** Whether there is a text that both of them cover. */
export function overlap(one: string, other: string): boolean {
  if (one.startsWith('*')) {
    return overlap(one.slice(1), other) || (other !== '' && overlap(one, other.slice(1)));
  }
  if (other.startsWith('*')) return overlap(other, one);
  if (one === '' || other === '') return one === other;
  const isAlike = one[0] === other[0] || one[0] === '?' || other[0] === '?';
  return isAlike && overlap(one.slice(1), other.slice(1));
}

/** The ARN format of AWS's reference, such as `arn:${Partition}:sns:${Region}:…`, as a pattern. */
export function patternOf(arnFormat: string): string {
  return arnFormat.replace(/\$\{\w+\}/g, '*');
}
