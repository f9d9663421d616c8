/** Where jsii keeps the name of a class, such as `aws-cdk-lib.aws_iam.Role`. */
const RUNTIME_TYPE = Symbol.for('jsii.rtti');

/** Also one whose constructor is protected. */
interface Class<T> {
  readonly prototype: T;
}

/**
 * Whether a value is of a class of the CDK, or of one below it. `instanceof` knows only the classes
 * of the copy of aws-cdk-lib that the library loads, and what an app gives may be of another.
 */
export function isInstanceOf<T>(value: unknown, type: Class<T>): value is T {
  const name = nameOf(type);
  return name !== undefined && classesOf(value).some((one) => nameOf(one) === name);
}

/** The name of the nearest class above, for one that jsii does not know. */
function nameOf(type: object): string | undefined {
  return (type as { readonly [RUNTIME_TYPE]?: { readonly fqn: string } })[RUNTIME_TYPE]?.fqn;
}

function classesOf(value: unknown): object[] {
  const classes: object[] = [];
  for (let one = prototypeOf(value); one; one = prototypeOf(one)) classes.push(one.constructor);
  return classes;
}

function prototypeOf(value: unknown): object | null {
  return typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : null;
}
