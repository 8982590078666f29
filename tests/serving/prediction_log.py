"""TensorFlow Serving's `PredictionLog`, built from its .proto definition by Google's own library.

Only the fields of a predict request are here, with the numbers of prediction_log.proto,
predict.proto and model.proto in tensorflow-serving-api 2.21.
"""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from tensorflow.core.framework import tensor_pb2

PACKAGE = "keras_gans_tests"  # not the real name: the real package may be installed
FIELD = descriptor_pb2.FieldDescriptorProto
MESSAGES = {  # message -> field -> (number, type)
    "ModelSpec": {"name": (1, "string"), "signature_name": (3, "string")},
    "Input": {"key": (1, "string"), "value": (2, ".tensorflow.TensorProto")},
    "PredictRequest": {"model_spec": (1, "ModelSpec"), "inputs": (2, "Input")},
    "PredictLog": {"request": (1, "PredictRequest")},
    "PredictionLog": {"predict_log": (6, "PredictLog")},
}


def _message_class():
    file = descriptor_pb2.FileDescriptorProto(
        name=f"{PACKAGE}.proto",
        package=PACKAGE,
        syntax="proto3",
        dependency=[tensor_pb2.DESCRIPTOR.name],
    )
    for message_name, fields in MESSAGES.items():
        message = file.message_type.add(name=message_name)
        for name, (number, kind) in fields.items():
            field = message.field.add(name=name, number=number, label=FIELD.LABEL_OPTIONAL)
            if kind == "string":
                field.type = FIELD.TYPE_STRING
                continue
            field.type = FIELD.TYPE_MESSAGE
            field.type_name = kind if kind.startswith(".") else f".{PACKAGE}.{kind}"
            if kind == "Input":  # a map is a repeated entry on the wire
                field.label = FIELD.LABEL_REPEATED
    pool = descriptor_pool.Default()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.PredictionLog"))


PredictionLog = _message_class()
