/** What the reference says of a code beyond its meaning: how one comes to see it, and what to do then. */
export type Guide = readonly [example: string, whatToDo: string];

/** For codes whose meaning stands in no table of the code itself. */
export type FullGuide = readonly [meaning: string, example: string, whatToDo: string];
