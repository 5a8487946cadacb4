/** `1 run`, `3 runs`; `100 or more runs` where no more than `most` were counted. */
export const counted = (count: number, what: string, most = Infinity): string =>
  `${count}${count >= most ? ' or more' : ''} ${what}${count === 1 ? '' : 's'}`;
