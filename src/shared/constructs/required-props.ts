/** Those that a type does not let one leave out. */
type RequiredName<Props> = {
  [Name in keyof Props]-?: object extends Pick<Props, Name> ? never : Name;
}[keyof Props];

/**
 * Throws for props without what they have to hold: JavaScript lets anyone leave it out. In other
 * languages jsii has looked before. The sentence begins with `subject`, with an example of each.
 */
export function refuseMissing<Props extends object>(
  subject: string,
  props: Props | undefined,
  examples: Readonly<Record<RequiredName<Props> & string, string>>,
): void {
  const given = props ?? {};
  const missing = Object.entries<string>(examples).filter(
    ([name]) => Reflect.get(given, name) == null,
  );
  if (missing.length === 0) return;
  const names = missing.map(([name]) => `"${name}"`).join(' and ');
  const written = missing.map(([name, example]) => `${name}: ${example}`).join(', ');
  throw new Error(`${subject} lacks ${names}: write it, as in { ${written} }.`);
}
