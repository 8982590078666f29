"""Builders that return the papers' networks as Functional Keras models."""

from keras_gans.networks.began import build_began_autoencoder, build_began_decoder
from keras_gans.networks.bigan import (
    build_bigan_discriminator,
    build_bigan_encoder,
    build_bigan_generator,
)
from keras_gans.networks.cgan import build_cgan_discriminator, build_cgan_generator
from keras_gans.networks.conditional_dcgan import (
    build_conditional_dcgan_discriminator,
    build_conditional_dcgan_generator,
)
from keras_gans.networks.dcgan import build_dcgan_discriminator, build_dcgan_generator
from keras_gans.networks.infogan import (
    build_infogan_discriminator,
    build_infogan_generator,
    build_infogan_recognition,
    build_infogan_trunk,
)
from keras_gans.networks.lsgan import build_lsgan_discriminator, build_lsgan_generator
from keras_gans.networks.mgan import (
    build_mgan_body,
    build_mgan_discriminator,
    build_mgan_point_body,
    build_mgan_point_discriminator,
    build_mgan_point_stems,
    build_mgan_stems,
    build_separate_generators,
)
from keras_gans.networks.mlp import build_maxout_discriminator, build_mlp_generator
from keras_gans.networks.patch import build_patch_discriminator, receptive_field
from keras_gans.networks.perceptron import build_perceptron
from keras_gans.networks.progan import build_progan_discriminator, build_progan_generator
from keras_gans.networks.resnet import build_resnet_critic, build_resnet_generator
from keras_gans.networks.resnet_translator import build_resnet_translator
from keras_gans.networks.sagan import build_sagan_discriminator, build_sagan_generator
from keras_gans.networks.sngan import (
    build_sngan_discriminator,
    build_sngan_generator,
    build_sngan_resnet_discriminator,
    build_sngan_resnet_generator,
)
from keras_gans.networks.stylegan import (
    build_style_discriminator,
    build_style_mapping,
    build_style_synthesis,
)
from keras_gans.networks.torch_weights import (
    build_from_pytorch,
    build_patch_from_pytorch,
    load_patch_weights,
    load_resnet_translator_weights,
    load_unet_weights,
)
from keras_gans.networks.unet import build_unet_generator
from keras_gans.networks.wgan import (
    build_wgan_critic,
    build_wgan_generator,
    build_wgan_mlp_critic,
    build_wgan_mlp_generator,
)
from keras_gans.networks.wgan_gp import build_wgan_gp_critic, build_wgan_gp_generator

__all__ = [
    "build_began_autoencoder",
    "build_began_decoder",
    "build_bigan_discriminator",
    "build_bigan_encoder",
    "build_bigan_generator",
    "build_cgan_discriminator",
    "build_cgan_generator",
    "build_conditional_dcgan_discriminator",
    "build_conditional_dcgan_generator",
    "build_dcgan_discriminator",
    "build_dcgan_generator",
    "build_from_pytorch",
    "build_infogan_discriminator",
    "build_infogan_generator",
    "build_infogan_recognition",
    "build_infogan_trunk",
    "build_lsgan_discriminator",
    "build_lsgan_generator",
    "build_maxout_discriminator",
    "build_mgan_body",
    "build_mgan_discriminator",
    "build_mgan_point_body",
    "build_mgan_point_discriminator",
    "build_mgan_point_stems",
    "build_mgan_stems",
    "build_mlp_generator",
    "build_patch_discriminator",
    "build_patch_from_pytorch",
    "build_perceptron",
    "build_progan_discriminator",
    "build_progan_generator",
    "build_resnet_critic",
    "build_resnet_generator",
    "build_resnet_translator",
    "build_sagan_discriminator",
    "build_sagan_generator",
    "build_separate_generators",
    "build_sngan_discriminator",
    "build_sngan_generator",
    "build_sngan_resnet_discriminator",
    "build_sngan_resnet_generator",
    "build_style_discriminator",
    "build_style_mapping",
    "build_style_synthesis",
    "build_unet_generator",
    "build_wgan_critic",
    "build_wgan_generator",
    "build_wgan_gp_critic",
    "build_wgan_gp_generator",
    "build_wgan_mlp_critic",
    "build_wgan_mlp_generator",
    "load_patch_weights",
    "load_resnet_translator_weights",
    "load_unet_weights",
    "receptive_field",
]
