/**
 * Samples as Prometheus' remote write sends them: a protobuf message in a block of Snappy, of which plain stretches are a part.
 * https://prometheus.io/docs/specs/prw/remote_write_spec/ https://github.com/google/snappy/blob/main/format_description.txt
 */

/**
 * @param {string} url of the receiver
 * @param {Record<string, string>} headers
 * @param {{ labels: Record<string, string>, samples: [number, number][] }[]} series samples as [Unix milliseconds, value], ascending
 */
export async function remoteWrite(url, headers, series) {
  const message = Buffer.concat(series.map((one) => field(1, timeSeries(one))));
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: snappy(message),
  });
  if (!answer.ok)
    throw new Error(
      `${url} refuses samples: ${answer.status} ${(await answer.text()).slice(0, 500)}`,
    );
}

function timeSeries({ labels, samples }) {
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.concat([
    ...sorted.map(([name, value]) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
    ),
    ...samples.map(([at, value]) => {
      const number = Buffer.alloc(9, 0x09);
      number.writeDoubleLE(value, 1);
      return field(2, Buffer.concat([number, Buffer.from([0x10]), varint(at)]));
    }),
  ]);
}

const field = (number, bytes) =>
  Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes]);

function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** Literals of up to 64 kB, uncompressed. */
function snappy(bytes) {
  const parts = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const literal = bytes.subarray(at, at + 65_536);
    const length = Buffer.alloc(2);
    length.writeUInt16LE(literal.length - 1);
    parts.push(Buffer.from([61 << 2]), length, literal);
  }
  return Buffer.concat(parts);
}
