import { find, messageOf } from './page.ts';

interface Recipe {
  readonly name: string;
  readonly code: string;
}

/** How to save a network, by what made it. */
const RECIPES: readonly Recipe[] = [
  {
    name: 'PyTorch',
    code: `# pip install safetensors
from safetensors.torch import save_file

save_file(model.state_dict(), "net.safetensors",
          {"activation": "tanh"})`,
  },
  {
    name: 'PyTorch, ONNX',
    code: `# pip install onnx onnxscript
example = torch.zeros(1, 2)  # one input of your network
torch.onnx.export(model.eval(), (example,), "net.onnx",
                  dynamo=True, external_data=False)`,
  },
  {
    name: 'Keras',
    code: `# pip install safetensors
import numpy as np
from safetensors.numpy import save_file

save_file({v.path: np.asarray(v) for v in model.weights},
          "net.safetensors", {"activation": "tanh"})`,
  },
  {
    name: 'JAX, Flax',
    code: `# pip install safetensors
from flax.traverse_util import flatten_dict
from safetensors.flax import save_file

save_file(flatten_dict(variables, sep="/"), "net.safetensors",
          {"activation": "tanh"})`,
  },
  {
    name: 'scikit-learn',
    code: `# pip install skl2onnx
from skl2onnx import to_onnx

model = to_onnx(pipeline, x[:1].astype("float32"))
with open("net.onnx", "wb") as file:
    file.write(model.SerializeToString())`,
  },
  {
    name: 'Data',
    code: `# rows of inputs, as the network takes them
import numpy as np

np.save("data.npy", x[:1000].astype("float32"))`,
  },
];

/** Fills the tabs of recipes: one is shown, arrow keys go to the others. */
export function showRecipes(list: HTMLElement, panels: HTMLElement): void {
  const tabs = RECIPES.map(({ name }, index) => {
    const tab = document.createElement('button');
    tab.type = 'button';
    tab.textContent = name;
    tab.id = `tab-${index}`;
    tab.role = 'tab';
    tab.setAttribute('aria-controls', `recipe-${index}`);
    tab.addEventListener('click', () => choose(index));
    return tab;
  });
  const contents = RECIPES.map(({ name, code }, index) => createPanel(name, code, index));
  const choose = (index: number): void => {
    tabs.forEach((tab, i) => {
      tab.ariaSelected = String(i === index);
      tab.tabIndex = i === index ? 0 : -1;
      contents[i].hidden = i !== index;
    });
  };
  list.addEventListener('keydown', (event) => {
    const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };
    const step = steps[event.key];
    if (!step) return;
    const next = (tabs.findIndex((tab) => tab === event.target) + step + tabs.length) % tabs.length;
    choose(next);
    tabs[next].focus();
    event.preventDefault();
  });
  list.append(...tabs);
  panels.append(...contents);
  choose(0);
}

function createPanel(name: string, code: string, index: number): HTMLElement {
  const panel = document.createElement('div');
  panel.id = `recipe-${index}`;
  panel.className = 'recipe';
  panel.role = 'tabpanel';
  panel.setAttribute('aria-labelledby', `tab-${index}`);
  panel.innerHTML = `<pre tabindex="0"><code></code></pre><div class="actions">
    <button type="button">Copy</button><span class="soft" role="status"></span></div>`;
  find('code', panel).textContent = code;
  const button = find('button', panel);
  button.ariaLabel = `Copy the lines for ${name}`;
  button.addEventListener('click', () => {
    const status = find('[role=status]', panel);
    navigator.clipboard.writeText(code).then(
      () => (status.textContent = 'Copied'),
      (error: unknown) => (status.textContent = messageOf(error)),
    );
  });
  return panel;
}
