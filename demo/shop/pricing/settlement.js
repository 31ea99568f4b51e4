const { trace } = require('@opentelemetry/api');
const { later } = require('./later');
const { takeSome } = require('./queue');

const tracer = trace.getTracer('settlement');

/** Books a batch of payments. */
function settleBatch(payments) {
  return tracer.startActiveSpan('settle-batch', async (span) => {
    span.setAttribute('payments', payments.length);
    await later(5 + payments.length * 2);
    span.end();
  });
}

async function settleForever() {
  for (;;) {
    await later(500);
    const payments = takeSome();
    if (payments.length > 0) await settleBatch(payments);
  }
}

module.exports = { settleForever };
