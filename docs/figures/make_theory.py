"""Draws the figures of docs/theory.md, every one a function below: all of them, or those named.

python docs/figures/make_theory.py [losses distances transport optimal_opponents fits d2gan ring]

The last two train for real, 16 trainings of one to two minutes on 2 cores. What they measured is
kept in runs/theory/ and drawn from there the next time; the numbers that the page states lie in
docs/results/theory/.
"""

import json
import pathlib
import sys
import tempfile

import keras
import matplotlib
import numpy as np
import scipy.optimize
import scipy.special
import tensorflow as tf

import keras_gans as kg
from keras_gans import losses, networks
from keras_gans.callbacks.animation import write_gif
from train.reproduce import points

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import PIL.Image
import PIL.ImageColor

FIGURES = pathlib.Path(__file__).parent
MEASURED = pathlib.Path("runs", "theory")
STATED = FIGURES.parent / "results" / "theory"
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = (
    "#34507a",
    "#d97b29",
    "#3b8f5a",
    "#b8383d",
    "#7b5aa6",
    "#8a8a8a",
)

# Divergences, in nats, between densities on a grid

GRID = np.linspace(-12.0, 12.0, 2401)
STEP = GRID[1] - GRID[0]


def log_normal(x, mean, deviation):
    """Logarithm of a Gaussian's density."""
    return -0.5 * ((x - mean) / deviation) ** 2 - np.log(deviation * np.sqrt(2.0 * np.pi))


def log_mixture(x, mixture):
    """Logarithm of the density of a `data.Mixture` on the line."""
    parts = [
        np.log(weight) + log_normal(x, centre, mixture.deviation)
        for weight, (centre,) in zip(mixture.weights, mixture.centres, strict=True)
    ]
    return scipy.special.logsumexp(parts, axis=0)


def kl(log_p, log_q, step=STEP):
    """`KL(p || q)` of two log densities on a grid; of two mass functions with `step=1`."""
    return float(np.sum(np.exp(log_p) * (log_p - log_q)) * step)


def jensen_shannon(log_p, log_q, step=STEP):
    """`JS(p, q)`, half the divergence of each from the mean of both."""
    log_mean = np.logaddexp(log_p, log_q) - np.log(2.0)
    return 0.5 * kl(log_p, log_mean, step) + 0.5 * kl(log_q, log_mean, step)


# One Gaussian for two peaks

TWO_PEAKS = kg.data.Mixture([[-1.5], [1.5]], deviation=0.5, weights=[0.7, 0.3])


def criterion(mean, deviation, alpha, beta):
    """`alpha KL(data || model) + beta KL(model || data)` of a Gaussian and `TWO_PEAKS`."""
    data, model = log_mixture(GRID, TWO_PEAKS), log_normal(GRID, mean, deviation)
    return alpha * kl(data, model) + beta * kl(model, data)


def best_gaussian(alpha, beta, starts=((-1.5, 0.5), (-0.5, 1.4), (1.5, 0.5))):
    """Mean and deviation that minimise `criterion`, the best of several descents."""
    descents = [
        scipy.optimize.minimize(
            lambda v: criterion(v[0], np.exp(v[1]), alpha, beta),
            (mean, np.log(deviation)),
            method="Nelder-Mead",
            options={"xatol": 1e-5, "fatol": 1e-9},
        )
        for mean, deviation in starts
    ]
    best = min(descents, key=lambda descent: descent.fun)
    return float(best.x[0]), float(np.exp(best.x[1]))


# The figures


def draw_losses():
    """The generator's losses, and their slope, against the discriminator's answer."""
    real_logit = 3.0  # D(x) of the sample that the relativistic loss compares with
    shown = {
        "minimax": (losses.minimax_generator_loss, RED, "-"),
        "non-saturating": (losses.non_saturating_generator_loss, BLUE, "-"),
        "least squares, c = 1": (losses.least_squares_generator_loss, GREEN, "-"),
        "hinge, Wasserstein": (losses.hinge_generator_loss, GREY, "-"),
        "relativistic, D(x) = 3": (
            lambda t: losses.relativistic_generator_loss(tf.fill(t.shape, real_logit), t),
            PURPLE,
            "--",
        ),
    }
    logits = np.linspace(-6.0, 6.0, 241)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.0, 3.2), layout="constrained")
    for name, (loss, colour, style) in shown.items():
        values, slopes = value_and_slope(loss, logits)
        left.plot(logits, values, style, color=colour, label=name)
        right.plot(logits, slopes, style, color=colour)
    left.set(ylim=(-6.5, 7.0), ylabel="loss", xlabel="D(G(z)), the logit")
    right.set(ylim=(-3.0, 1.5), ylabel="slope of the loss", xlabel="D(G(z)), the logit")
    left.legend(fontsize=7, frameon=False, loc="lower left")
    right.axhline(0.0, color="black", lw=0.6)
    right.annotate(
        "rejected fakes:\nminimax says nothing",
        (-5.5, -0.01),
        (-5.6, 0.55),
        fontsize=8,
        color=RED,
        arrowprops={"arrowstyle": "->", "color": RED},
    )
    for axes in (left, right):
        above = axes.secondary_xaxis("top")
        shares = [0.01, 0.1, 0.5, 0.9, 0.99]
        above.set_xticks(scipy.special.logit(shares), [f"{share:g}" for share in shares])
        above.tick_params(labelsize=7)
        above.set_xlabel("as a probability, sigmoid(D)", fontsize=8)
    save(figure, "losses")


def value_and_slope(loss, logits):
    """A loss of one logit, and its derivative, at every logit of an array."""
    logits = tf.constant(logits, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        values = tf.stack([loss(logit[None]) for logit in tf.unstack(logits)])
    return values.numpy(), tape.gradient(values, logits).numpy()


def draw_distances():
    """Three distances between two point masses, and between two narrow Gaussians."""
    distances = np.linspace(0.0, 3.0, 121)
    deviation = 0.3
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.0, 2.8), layout="constrained")
    left.plot(distances, distances, color=GREEN)
    left.plot(distances[1:], np.full(120, np.log(2.0)), color=BLUE)
    left.plot(0.0, 0.0, "o", color=BLUE, ms=5)
    left.plot(0.0, np.log(2.0), "o", color=BLUE, ms=5, mfc="white")
    left.plot(distances[1:], np.full(120, 3.15), color=RED, ls=":")
    left.text(0.1, 2.9, "KL: infinite at every d > 0", color=RED, fontsize=8)
    left.plot(0.0, 0.0, "o", color=RED, ms=2.5)
    here = log_normal(GRID, 0.0, deviation)
    there = [log_normal(GRID, distance, deviation) for distance in distances]
    right.plot(distances, distances, color=GREEN)
    right.plot(distances, [jensen_shannon(here, q) for q in there], color=BLUE)
    right.plot(distances, [kl(here, q) for q in there], color=RED)
    right.text(0.8, 3.0, "KL = $d^2 / 2\\sigma^2$", color=RED, fontsize=8)
    left.set(title="two point masses", ylabel="nats, or distance")
    right.set(title=f"two Gaussians, deviation {deviation}")
    for axes in (left, right):
        axes.set(ylim=(-0.1, 3.3), xlabel="distance d between them")
        axes.text(1.55, 0.8, "Jensen-Shannon: log 2", color=BLUE, fontsize=8)
        axes.text(1.75, 1.45, "Wasserstein-1 = d", color=GREEN, fontsize=8)
    save(figure, "distances")


P, Q = np.array([0.3, 0.2, 0.1, 0.4]), np.array([0.1, 0.2, 0.4, 0.3])
POSITIONS = np.arange(1, 5)


def transport_plan(p, q):
    """The cheapest plan on the line: mass leaves from the left and fills from the left."""
    ends_of_p, ends_of_q = np.cumsum(p), np.cumsum(q)
    plan = np.minimum(ends_of_p[:, None], ends_of_q) - np.maximum(
        (ends_of_p - p)[:, None], ends_of_q - q
    )
    return np.maximum(plan, 0.0)


def draw_transport():
    """The worked example: masses, cumulative sums, and the plan that moves one to the other."""
    figure, (masses, sums, plans) = plt.subplots(1, 3, figsize=(7.0, 2.6), layout="constrained")
    masses.bar(POSITIONS - 0.2, P, 0.38, color=BLUE, label="P")
    masses.bar(POSITIONS + 0.2, Q, 0.38, color=ORANGE, label="Q")
    masses.set(title="masses", xlabel="position", xticks=POSITIONS, ylim=(0.0, 0.52))
    masses.legend(fontsize=8, frameon=False, ncols=2, loc="upper center")
    edges = np.append(POSITIONS, 5)
    gaps = np.cumsum(P - Q)
    sums.stairs(np.cumsum(P), edges, baseline=None, color=BLUE, lw=2)
    sums.stairs(np.cumsum(Q), edges, baseline=None, color=ORANGE, lw=2)
    sums.stairs(np.cumsum(P), edges, baseline=np.cumsum(Q), fill=True, color=GREEN, alpha=0.3)
    for position, gap in zip(POSITIONS[:3], gaps, strict=False):
        middle = np.cumsum(P)[position - 1] - gap / 2
        sums.text(position + 0.5, middle, f"{abs(gap):.1f}", ha="center", va="center", size=8)
    sums.set(title="cumulative sums", xlabel="position", xticks=POSITIONS, ylim=(0.0, 1.08))
    plan = transport_plan(P, Q)
    plans.imshow(plan, cmap="Greens", vmax=0.5)
    for (row, column), mass in np.ndenumerate(plan):
        if mass > 1e-9:
            plans.text(column, row, f"{mass:.1f}", ha="center", va="center", size=9)
    plans.set(title="plan: 0.5 moves by 1", xlabel="to (Q)", ylabel="from (P)")
    plans.set(xticks=range(4), yticks=range(4), xticklabels=POSITIONS, yticklabels=POSITIONS)
    save(figure, "transport")


def draw_optimal_opponents():
    """What a perfect opponent tells generated points, the farther they are from the data."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.0, 2.9), layout="constrained")
    x = np.linspace(-4.0, 10.0, 281)
    left.fill_between(x, np.exp(log_normal(x, 0.0, 1.0)), color=BLUE, alpha=0.35, lw=0)
    for distance, colour in ((1.0, "#e7b98f"), (3.0, "#d97b29"), (6.0, "#8a4a12")):
        density = np.exp(log_normal(x, distance, 1.0))
        left.fill_between(x, density, color=colour, alpha=0.35, lw=0)
        discriminator = scipy.special.expit(optimal_logits(x, distance))
        left.plot(x, discriminator, color=colour, label=f"fakes at {distance:g}")
    left.plot(
        x,
        np.clip(0.6 - 0.15 * x, -1, 2),
        color=GREEN,
        ls="--",
        label="critic, scaled,\nat any distance",
    )
    left.text(-1.2, 0.42, "data", color=BLUE, fontsize=8)
    left.set(xlabel="x", ylabel="sigmoid(D*(x))", ylim=(0.0, 1.05), title="the best discriminator")
    left.legend(fontsize=7, frameon=False, loc="upper right")
    distances = np.linspace(0.1, 8.0, 80)
    shown = {
        "non-saturating": (losses.non_saturating_generator_loss, optimal_logits, BLUE),
        "Wasserstein": (losses.wasserstein_generator_loss, lambda x, _: -x, GREEN),
        "least squares": (losses.least_squares_generator_loss, optimal_share, ORANGE),
        "minimax": (losses.minimax_generator_loss, optimal_logits, RED),
    }
    for name, (loss, opponent, colour) in shown.items():
        pulls = [pull(loss, opponent, distance) for distance in distances]
        right.semilogy(distances, pulls, color=colour, label=name)
    right.set(xlabel="distance of the fakes from the data", ylim=(1e-5, 30.0))
    right.set(title="pull on a generated point", ylabel="|d loss / d x|, mean")
    right.legend(fontsize=7, frameon=False, loc="lower left")
    save(figure, "optimal_opponents")


def optimal_logits(x, distance):
    """`log p - log q` of data N(0, 1) and fakes N(distance, 1): the best discriminator's logit."""
    return distance * (distance / 2.0 - x)


def optimal_share(x, distance):
    """`p / (p + q)`, the best answer to the targets 1 and 0."""
    return tf.sigmoid(optimal_logits(tf.convert_to_tensor(x), distance))


def pull(loss, opponent, distance):
    """Mean size of the gradient that a generated point of `N(distance, 1)` is given."""
    x = tf.constant(np.linspace(distance - 8.0, distance + 8.0, 1601), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        mean_loss = loss(opponent(x, distance))
    gradients = tape.gradient(mean_loss, x).numpy() * len(x)  # of every point's own loss
    return np.average(np.abs(gradients), weights=np.exp(log_normal(x.numpy(), distance, 1.0)))


def draw_fits():
    """The Gaussian that each direction of the divergence chooses for two peaks."""
    x = np.linspace(-5.0, 5.0, 401)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.0, 2.8), layout="constrained")
    left.fill_between(x, np.exp(log_mixture(x, TWO_PEAKS)), color=GREY, alpha=0.4, lw=0)
    for name, weights, colour in (
        ("KL(data || model)", (1.0, 0.0), BLUE),
        ("KL(model || data)", (0.0, 1.0), ORANGE),
    ):
        mean, deviation = best_gaussian(*weights)
        left.plot(x, np.exp(log_normal(x, mean, deviation)), color=colour)
        label = f"{name}\nmean {mean:.2f}, deviation {deviation:.2f}"
        left.plot([], [], color=colour, label=label)
    left.set(xlabel="x", ylabel="density", ylim=(0.0, 1.0), title="the best Gaussian")
    left.legend(fontsize=7, frameon=False, loc="upper right")
    means = np.linspace(-2.5, 2.5, 101)
    for weights, colour, name in (
        ((1.0, 0.0), BLUE, "KL(data || model)"),
        ((0.0, 1.0), ORANGE, "KL(model || data)"),
    ):
        lowest = [
            min(criterion(mean, deviation, *weights) for deviation in np.geomspace(0.3, 4.0, 40))
            for mean in means
        ]
        right.plot(means, lowest, color=colour, label=name)
    right.set(xlabel="mean of the Gaussian", ylabel="divergence (nats)", ylim=(0.0, 1.6))
    right.set(title="with the best deviation for each mean")
    right.legend(fontsize=7, frameon=False, loc="upper left")
    save(figure, "fits")


# (alpha, beta), and seeds of each training
WEIGHTS = ((1.0, 0.05), (1.0, 1.0), (0.2, 1.0), (0.05, 1.0))
SEEDS = (0, 1, 2)
D2GAN_STEPS, LAST_STEPS = 30_000, 6_000


def train_d2gan(alpha, beta, seed):
    """Mean and deviation of a Gaussian that D2GAN fits, every 200 steps, `(looks, 2)`."""
    keras.utils.set_random_seed(seed)
    discriminators = {
        f"discriminator_{number}": networks.build_perceptron((1,), (1,), widths=(64, 64))
        for number in (1, 2)
    }
    affine = networks.build_perceptron((1,), (1,), widths=(), kernel_initializer="ones")
    model = kg.D2GAN(
        alpha=alpha,
        beta=beta,
        data_shape=(1,),
        latent_dim=1,
        generator=affine,
        seed=seed,
        **discriminators,
    )
    model.compile(
        {
            "generator": keras.optimizers.Adam(1e-3, beta_1=0.5, epsilon=1e-8),
            "discriminators": keras.optimizers.Adam(3e-3, beta_1=0.5, epsilon=1e-8),
        },
        steps_per_execution=points.STEPS_PER_EXECUTION,
    )

    def mean_and_deviation(model):
        deviation, mean = (weight.item() for weight in model.generator.get_weights())
        return mean, abs(deviation)

    looks = points.train(
        model,
        TWO_PEAKS,
        steps=D2GAN_STEPS,
        batch_size=512,
        seed=seed,
        every=200,
        at=mean_and_deviation,
    )
    return {"steps": list(looks), "fits": list(looks.values())}


def draw_d2gan():
    """What alpha and beta choose, by theory and by training."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(7.0, 2.9), layout="constrained")
    ratios = np.geomspace(1 / 40, 40, 121)
    best = np.array([best_gaussian(1.0, ratio) for ratio in ratios])
    jump = np.abs(np.diff(best[:, 1])).argmax() + 1  # one valley became lower than the other
    for part in (slice(None, jump), slice(jump, None)):
        left.plot(ratios[part], best[part, 0], color=GREY)
        left.plot(ratios[part], best[part, 1], color="black")
    x = np.linspace(-4.0, 4.0, 401)
    middle.fill_between(x, np.exp(log_mixture(x, TWO_PEAKS)), color=GREY, alpha=0.4, lw=0)
    stated = []
    for (alpha, beta), colour in zip(WEIGHTS, (BLUE, GREEN, PURPLE, ORANGE), strict=True):
        fits = [fitted(alpha, beta, seed) for seed in SEEDS]
        for mean, deviation in fits:
            left.plot(beta / alpha, mean, "o", color=colour, ms=4, mfc="none")
            left.plot(beta / alpha, deviation, "o", color=colour, ms=4)
        middle.plot(x, np.exp(log_normal(x, *fits[0])), color=colour)
        for seed in SEEDS:
            run = trained(alpha, beta, seed)
            right.plot(run["steps"] / 1000, run["fits"][:, 1], color=colour, lw=0.7)
        right.plot([], [], color=colour, label=f"$\\alpha$ = {alpha:g}, $\\beta$ = {beta:g}")
        stated.append(about_fits(alpha, beta, np.array(fits)))
    state("d2gan", {"jump": round(float(ratios[jump]), 3), "trainings": stated})
    left.set(xscale="log", xlabel="$\\beta / \\alpha$", ylim=(-1.75, 1.75))
    left.text(0.03, 1.58, "deviation (dots: trained)", fontsize=7)
    left.text(0.03, -0.35, "mean (circles: trained)", fontsize=7, color=GREY)
    left.set_title("optimum and fits", fontsize=9)
    middle.set(xlabel="x", ylim=(0.0, 0.85))
    middle.set_title("densities, seed 0", fontsize=9)
    right.set(xlabel="thousand steps", ylim=(0.0, 2.1))
    right.set_title("deviation, 3 seeds", fontsize=9)
    right.legend(fontsize=7, frameon=False, loc="upper right", labelspacing=0.2)
    save(figure, "d2gan")


def about_fits(alpha, beta, fits):
    """The fits of all seeds beside the optimum, what they miss of it, and how they tremble."""
    theory = best_gaussian(alpha, beta)
    missed = [criterion(*f, alpha, beta) - criterion(*theory, alpha, beta) for f in fits]
    last = [last_fits(alpha, beta, seed)[:, 1] for seed in SEEDS]
    return {
        "alpha": alpha,
        "beta": beta,
        "theory": np.round(theory, 6).tolist(),
        "fits": fits.round(4).tolist(),
        "nats_above": np.round(missed, 5).tolist(),
        "deviations_at_last": [[round(float(f(d)), 3) for f in (np.min, np.max)] for d in last],
    }


def trained(alpha, beta, seed):
    name = f"d2gan_{alpha:g}_{beta:g}_{seed}"
    return measured(name, lambda: train_d2gan(alpha, beta, seed))


def last_fits(alpha, beta, seed):
    """Means and deviations over the last steps of a training, `(looks, 2)`."""
    run = trained(alpha, beta, seed)
    return run["fits"][run["steps"] > D2GAN_STEPS - LAST_STEPS]


def fitted(alpha, beta, seed):
    """Mean and deviation of a training, the average over its last steps."""
    return last_fits(alpha, beta, seed).mean(axis=0)


MAKERS = (BLUE, ORANGE, GREEN, RED, PURPLE, "#2f9fb0", "#c74fa0", "#8c7a2a")
RING = kg.data.mixture_of_gaussians("mgan").mixture
RING_STEPS, RING_EVERY, RING_SEED, NUM_SHOWN = 10_000, 500, 0, 500


def mgan(num_generators):
    """MGAN with the paper's networks; with one generator and nobody to tell apart, a GAN."""
    return kg.MGAN(
        data_shape=(2,),
        latent_dim=256,
        num_generators=num_generators,
        samples_per_generator=128 if num_generators > 1 else 512,
        diversity_weight=0.125 if num_generators > 1 else 0.0,
        seed=RING_SEED,
    )


def d2gan():
    return kg.D2GAN(data_shape=(2,), latent_dim=256, seed=RING_SEED)


def gan_of_d2gan():
    """The GAN under the networks of `d2gan`, initial weights included."""
    networks_of = d2gan()
    return points.PointGAN(
        data_shape=(2,),
        latent_dim=256,
        generator=networks_of.generator,
        discriminator=networks_of.discriminator_1,
        seed=RING_SEED,
    )


GAMES = {
    "GAN,\nMGAN's networks": lambda: mgan(1),
    "MGAN,\n8 generators": lambda: mgan(8),
    "GAN,\nD2GAN's networks": gan_of_d2gan,
    "D2GAN": d2gan,
}


def train_on_ring(build):
    """Samples and their measures on the way through a training, the beginning included."""
    keras.utils.set_random_seed(RING_SEED)
    model = build()
    model.compile(steps_per_execution=points.STEPS_PER_EXECUTION)

    def look(model):
        samples = model.sample(2500, batch_size=2500)
        return {"samples": samples[:NUM_SHOWN], **points.mode_measures(samples, RING)}

    looks = {0: look(model)} | points.train(
        model,
        "mgan",
        steps=RING_STEPS,
        batch_size=512,
        seed=RING_SEED,
        every=RING_EVERY,
        at=look,
    )
    makers = [0] * NUM_SHOWN
    if isinstance(model, kg.MGAN):
        makers = model.inputs_for_sampling(2500, 0)[1].numpy()[:NUM_SHOWN]
    columns = {name: [one[name] for one in looks.values()] for name in looks[0]}
    return {"steps": list(looks), "makers": makers, **columns}


def draw_ring():
    """An animation: GAN, MGAN and D2GAN on the ring of 8 Gaussians."""
    runs, stated = {}, {}
    for name, build in GAMES.items():
        short = name.replace("\n", " ")
        file = "ring_" + "".join(c if c.isalnum() else "_" for c in short.lower())
        runs[name] = run = measured(file, lambda build=build: train_on_ring(build))
        stated[short] = {
            "modes": run["modes_with_fair_share"].tolist(),
            "high_quality": run["high_quality"].tolist(),
        }
    state("ring", {"every": RING_EVERY, "games": stated})
    with tempfile.TemporaryDirectory() as folder:
        steps = next(iter(runs.values()))["steps"]
        frames = [pathlib.Path(folder, f"{step:06d}.png") for step in steps]
        for place, frame in enumerate(frames):
            draw_frame(runs, place, frame)
        write_gif(frames, FIGURES / "theory_ring.gif")
    report(FIGURES / "theory_ring.gif")


def draw_frame(runs, place, path):
    """One frame of the animation, in few colours so that the file stays small."""
    figure, all_axes = plt.subplots(1, len(runs), figsize=(7.0, 2.4))
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.17, top=0.84, wspace=0.03)
    for axes, (name, run) in zip(all_axes, runs.items(), strict=True):
        for centre in RING.centres:  # three deviations around each mode
            ring = plt.Circle(centre, 3 * RING.deviation, fc="#dddddd", ec="none")
            axes.add_patch(ring)
        x, y = run["samples"][place].T
        axes.scatter(x, y, s=3, c=np.array(MAKERS)[run["makers"]], lw=0, antialiased=False)
        axes.set(xlim=(-3, 3), ylim=(-3, 3), xticks=[], yticks=[], aspect="equal")
        axes.set_title(name, fontsize=9)
        axes.set_xlabel(f"{run['modes_with_fair_share'][place]} of 8 modes", fontsize=9)
    step = next(iter(runs.values()))["steps"][place]
    figure.text(0.5, 0.02, f"step {step:,}", ha="center", fontsize=8)
    figure.savefig(path, dpi=100)
    plt.close(figure)
    with PIL.Image.open(path) as image:
        image.convert("RGB").quantize(palette=palette(), dither=PIL.Image.Dither.NONE).save(path)


def palette():
    """The colours of the generators, and greys: the same ones in every frame."""
    greys = [(grey, grey, grey) for grey in range(0, 256, 17)]
    makers = [PIL.ImageColor.getrgb(colour) for colour in MAKERS]
    image = PIL.Image.new("P", (1, 1))
    image.putpalette([value for colour in greys + makers for value in colour])
    return image


def measured(name, measure):
    """Arrays by name: those of an earlier call from their file, or measured now and written."""
    path = MEASURED / f"{name}.npz"
    if not path.exists():
        print(f"Training {name} ...", flush=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **{key: np.asarray(value) for key, value in measure().items()})
    return dict(np.load(path))


def state(name, numbers):
    """Writes down what the page states, for its test."""
    path = STATED / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(numbers) + "\n")
    report(path)


def save(figure, name):
    path = FIGURES / f"theory_{name}.png"
    figure.savefig(path, dpi=130)
    plt.close(figure)
    report(path)


def report(path):
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


FIGURE_OF = {
    "losses": draw_losses,
    "distances": draw_distances,
    "transport": draw_transport,
    "optimal_opponents": draw_optimal_opponents,
    "fits": draw_fits,
    "d2gan": draw_d2gan,
    "ring": draw_ring,
}


def main(names):
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    for name in names or FIGURE_OF:
        FIGURE_OF[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
