"""Takes the stack traces of PyTorch's exporter, which name files of the machine that it ran on, out of ONNX files.

    pip install onnx==1.23.2
    python tools/forget_traces.py FILE.onnx ...
"""

import sys

import onnx

KEY = "pkg.torch.onnx.stack_trace"


def forget_traces(path):
    # Numbers that lie in files of their own stay there.
    model = onnx.load(path, load_external_data=False)
    for node in model.graph.node:
        kept = [entry for entry in node.metadata_props if entry.key != KEY]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
    onnx.save(model, path)


if __name__ == "__main__":
    for path in sys.argv[1:]:
        forget_traces(path)
