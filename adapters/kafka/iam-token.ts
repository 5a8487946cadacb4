/** Tokens for clusters of Amazon MSK, signed here with the credentials of the environment; loaded only where they are used. */
import { generateAuthToken } from 'aws-msk-iam-sasl-signer-js';

/** Valid for 15 minutes; kafkajs asks for one whenever it connects or must authenticate again. */
export async function signIamToken(region: string): Promise<string> {
  const { token } = await generateAuthToken({ region });
  return token;
}
