const waiting = [];

function enqueue(payment) {
  if (waiting.length < 500) waiting.push(payment);
}

const takeSome = () => waiting.splice(0, 20);

module.exports = { enqueue, takeSome };
