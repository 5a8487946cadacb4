/** Marks a branch the types prove unreachable; a value that arrives all the same is a bug, named in the error. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
