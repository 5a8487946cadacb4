/**
 * What is read of compressed records: gzip and zstd, up to a size. kafkajs itself knows gzip alone, without bounds.
 * Topics that Baton creates hold nothing compressed; others may.
 */
import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
// Node finds only some of its named exports.
import kafkajs, { CompressionTypes } from 'kafkajs';

/** One record batch, decompressed. A broker takes a megabyte of it compressed. */
const maxOutputLength = 64 * 1024 * 1024;

export function addCodecs(): void {
  const gzipAsync = promisify(gzip);
  const gunzipAsync = promisify(gunzip);
  const compress = promisify(zstdCompress);
  const decompress = promisify(zstdDecompress);
  kafkajs.CompressionCodecs[CompressionTypes.GZIP] = () => ({
    compress: ({ buffer }: { readonly buffer: Buffer }) => gzipAsync(buffer),
    decompress: (buffer: Buffer) => gunzipAsync(buffer, { maxOutputLength }),
  });
  kafkajs.CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
    decompress: (buffer: Buffer) => decompress(buffer, { maxOutputLength }),
  });
}
