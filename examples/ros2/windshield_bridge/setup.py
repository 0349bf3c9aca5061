from setuptools import find_packages, setup

name = "windshield_bridge"

setup(
    name=name,
    version="0.1.0",
    # The generated messages lie beside the bridge, in `windshield`.
    packages=find_packages(include=[name, "windshield", "windshield.*"]),
    data_files=[
        ("share/ament_index/resource_index/packages", [f"resource/{name}"]),
        (f"share/{name}", ["package.xml"]),
        (f"share/{name}/launch", ["launch/bridge.launch.py"]),
    ],
    install_requires=["setuptools", "pyzmq", "protobuf"],
    license="MIT",
    entry_points={"console_scripts": [f"bridge = {name}.bridge:main"]},
)
