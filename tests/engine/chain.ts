/** Three steps, one after the other. */
export const chain = `
name: chain
version: "1.0.0"
inputs: { idea: string }
steps:
  one: { agent: worker, with: { idea: "\${{ inputs.idea }}" } }
  two: { agent: worker, with: { last: "\${{ steps.one.output }}" } }
  three: { agent: worker, with: { last: "\${{ steps.two.output }}" } }
outputs:
  result: \${{ steps.three.output }}
`;
