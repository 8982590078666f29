"""From a recipe to a trained, saved and exported model in a folder."""

import pathlib
import tempfile
import warnings

import keras
import rich.console
import tyro
from rich.markup import escape

from keras_gans import callbacks, serving
from keras_gans.optimizers import scale_learning_rate
from keras_gans.training import run_folder, scoring, strategies

CONSOLE = rich.console.Console(highlight=False, soft_wrap=True)


def run(recipe, args=None):
    """Trains a recipe and leaves a folder that holds everything about the run.

    The folder holds `config.json`, `metrics.csv`, TensorBoard's `logs/`, `samples/` with a grid per
    epoch, `checkpoints/`, `final.keras` and the exported `export/<version>/`. The same call
    continues a run that was stopped or killed from its newest checkpoint.

    Args:
        recipe: A `Recipe`, or a subclass of it whose fields are then read from the command line.
        args: List of command line arguments for a subclass; `None` takes those of the process.

    Returns:
        The trained model.

    Raises:
        SystemExit: For flags that do not exist or do not fit, with tyro's message; with status 0
            after SIGTERM.
        KeyboardInterrupt: After Ctrl-C, when the checkpoint is written.
        ValueError: For settings or data that do not fit each other or the run in the folder.
        OSError: If the run's folder cannot be written to.
        FloatingPointError: If a term or a weight is not finite.
    """
    if isinstance(recipe, type):
        recipe = tyro.cli(
            recipe,
            args=args,
            prog=f"python -m train {run_folder.recipe_name(recipe)}",
            config=(tyro.conf.FlagCreatePairsOff,),
        )
    strategy = strategies.choose(recipe.strategy)
    keras.utils.set_random_seed(recipe.seed)
    keras.config.set_dtype_policy(recipe.precision)
    if recipe.dry_run:
        return _dry_run(recipe, strategy)
    chief = strategies.is_chief(strategy)
    data = recipe.dataset()
    model = _build(recipe, data, strategy)
    folder = run_folder.prepare(recipe, data, model)
    checkpoints = callbacks.Checkpoints(
        folder / "checkpoints",
        every_minutes=recipe.checkpoint_minutes,
        keep=recipe.keep,
        best="val_fid" if recipe.score_every else None,
        write=chief,
    )
    guard = callbacks.TerminateOnNaN()
    scorers = []
    if recipe.score_every:
        scorers = [scoring.evaluator(recipe, folder / "scores.jsonl" if chief else None)]
    first_step = _start_or_continue(recipe, folder, data, model, checkpoints, chief)
    with run_folder.forgotten_on_failure(folder, checkpoints):
        model.fit(
            data,
            epochs=recipe.epochs,
            callbacks=[
                guard,
                *recipe.callbacks(),
                *scorers,
                *(_watchers(folder, recipe) if chief else []),
                checkpoints,
            ],
            verbose="auto" if chief else 0,
        )
        if guard.message:
            raise FloatingPointError(_way_back(guard.message, checkpoints, recipe))
    _save(model, folder, chief)
    if chief:
        for score in scorers[0].scores if scorers else ():
            CONSOLE.print(str(score))
        exports = str(recipe.publish or folder / "export")
        trained = int(model.step.numpy())
        if first_step == trained and run_folder.was_published(folder, exports, trained):
            CONSOLE.print("Nothing was left to train, and no new version is published.")
        else:
            published = serving.publish(model, exports)
            run_folder.note_published(folder, exports, trained)
            _say_what_to_do_next(recipe, folder, published)
    return model


def _save(model, folder, chief):
    """Writes `final.keras`. All workers take part in reading the state, and the chief keeps it."""
    if chief:
        model.save(folder / "final.keras")
    else:
        with tempfile.TemporaryDirectory() as elsewhere:
            model.save(pathlib.Path(elsewhere, "final.keras"))


def _build(recipe, data, strategy):
    with strategy.scope():
        model = recipe.model(recipe.data_shape(data))
        model.compile(
            recipe.optimizers(data.steps_per_epoch),
            steps_per_execution=recipe.steps_per_execution,
            jit_compile=recipe.jit_compile,
        )
    model.check_executions(data.steps_per_epoch)
    return model


def _start_or_continue(recipe, folder, data, model, checkpoints, chief):
    """Restores the newest checkpoint, says so, and writes down the settings of what follows.

    Returns:
        The step from which the training goes on.
    """
    name = run_folder.recipe_name(type(recipe))
    checkpoints.restore(model)
    step = int(model.step.numpy())
    # The factor that the state was made with is kept in the checkpoint, so that it is applied once.
    applied = checkpoints.extra.get("learning_rate_factor", 1.0)
    for optimizer in model.optimizers.values():
        scale_learning_rate(optimizer, recipe.learning_rate_factor, applied)
    checkpoints.extra["learning_rate_factor"] = recipe.learning_rate_factor
    if chief:
        run_folder.write_settings(folder, recipe, data, model)
        run_folder.cut_metrics(folder, step // data.steps_per_epoch)
        what = f"Continuing {name} at step {step}" if step else f"Training {name}"
        source = escape(repr(data))  # which holds a split in brackets
        CONSOLE.print(f"{what} for {recipe.epochs} epochs on {source}. Everything goes to {folder}")
    return step


def _watchers(folder, recipe):
    return [
        recipe.watcher(folder),
        keras.callbacks.CSVLogger(folder / "metrics.csv", append=True),
        keras.callbacks.TensorBoard(folder / "logs", write_graph=False),
    ]


def _dry_run(recipe, strategy):
    """Shows what a run would be: its settings, its networks, two executions; writes nothing."""
    data = recipe.dataset()
    model = _build(recipe, data, strategy)
    CONSOLE.print_json(data=run_folder.settings(recipe, data, model))
    for name in model.network_names:
        getattr(model, name).summary()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of callbacks that miss the rest of the training
        model.fit(
            data,
            steps_per_epoch=2 * recipe.steps_per_execution,
            epochs=1,
            callbacks=recipe.callbacks(),
        )
    CONSOLE.print("A dry run: nothing was written.")
    return model


def _way_back(message, checkpoints, recipe):
    newest = next(iter(checkpoints.paths()), None)
    if newest is None:
        return f"{message}. There is no checkpoint before it; start again with a lower rate."
    lower = 0.5 * recipe.learning_rate_factor
    return (
        f"{message}. The last good checkpoint is {newest}; the same command with "
        f"--learning-rate-factor {lower:g} goes on from there with half the learning rate."
    )


def _say_what_to_do_next(recipe, folder, published):
    CONSOLE.print(
        f"""
Everything is in {folder}:
  samples/training.gif  one grid of samples an epoch
  metrics.csv           the losses; or: tensorboard --logdir {folder / "logs"}
  final.keras           keras.models.load_model trains it on
The generator is published in {published}. Next:
  python -m keras_gans info {published}
  python -m keras_gans {recipe.next_command.format(export=published)}"""
    )
