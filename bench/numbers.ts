/** Numbers in columns of eight. */
export const ms = (value: number): string => value.toFixed(2).padStart(8);
export const count = (value: number): string => value.toFixed(0).padStart(8);
export const ratio = (value: number): string => value.toFixed(1).padStart(8);
